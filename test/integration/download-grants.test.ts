import { afterAll, beforeAll, expect, it } from "vitest";
import { CertificateDownloads } from "../../src/controllers/resources.ts";
import type { CertificateDownload } from "../../src/crds/index.ts";
import { type ControlPlane, eventually, startControlPlane } from "../control-plane/index.ts";
import { issue } from "../fixtures/pki.ts";
import { installWithLedger } from "../ledger/install.ts";
import { Ledger } from "../ledger/ledger.ts";
import { ledgerProvider } from "../ledger/provider.ts";
import { LedgerServer } from "../ledger/server.ts";
import { named, World } from "./world.ts";

let plane: ControlPlane;
let world: World;
let ledger: LedgerServer;
beforeAll(async () => {
  plane = await startControlPlane();
  await installWithLedger(plane);
  world = await World.create(plane, "download-grants");
  ledger = await LedgerServer.start(new Ledger("Everything", Date.now));
  for (const title of ["public-web", "secret-web"]) {
    const { pem } = await issue({ subject: `CN=${title}`, dnsNames: [title] });
    ledger.ledger.write({ title, certificate: pem, mark: "somebody", note: "" });
  }
  await grant("public-*");
  await world.start(["--watch-namespaces="], 300, [ledgerProvider]);
});
afterAll(async () => {
  await world.stop();
  await ledger.close();
  await plane.stop();
});

/** Lets everybody see these places of the cluster's ledger. */
async function grant(...places: string[]): Promise<void> {
  const spec = { ledger: { url: ledger.url }, grants: [{ namespaces: { all: true }, places }] };
  const metadata = { name: "ledger" };
  await world.apply({ apiVersion: "certferry.io/v1alpha1", kind: "ClusterCertificateStore", metadata, spec });
}

async function ask(title: string): Promise<void> {
  const spec = {
    storeRef: { kind: "ClusterCertificateStore", name: "ledger" },
    ledger: { certificate: { title } },
    target: { storeRef: { name: "apps" }, configMap: { name: title, key: "web.pem" } },
  };
  await world.apply({ ...named("certferry.io/v1alpha1", "CertificateDownload", title, world.home), spec });
}

/** What a download came to, once it has this reason. */
function comesTo(name: string, reason: string): Promise<CertificateDownload> {
  return eventually(`${name} to be ${reason}`, async () => {
    const options = { signal: AbortSignal.timeout(10_000) };
    const found = await plane.client.get(CertificateDownloads, { namespace: world.home, name }, options);
    if (found.status?.delivery?.reason === reason) return found;
    throw new Error(`it is ${found.status?.delivery?.reason ?? "not there"}`);
  });
}

it("a download sees of a cluster's store what a grant lets it see", async () => {
  await ask("public-web");
  await ask("secret-web");
  // The writer has no rights in its own namespace here: the store has given the certificate all the same.
  const { status } = await comesTo("public-web", "AccessDenied");
  expect(status?.certificate?.subject).toBe("CN=public-web");
  const refused = await comesTo("secret-web", "NotGranted");
  expect(refused.status?.certificate).toBeUndefined();
  expect(refused.status?.delivery?.message).toContain("does not exist, or does not grant namespace");
});

it("a grant that is given and taken back is heeded", async () => {
  await grant("secret-*");
  const { status } = await comesTo("secret-web", "AccessDenied");
  expect(status?.certificate?.subject).toBe("CN=secret-web");
  await comesTo("public-web", "NotGranted");
});
