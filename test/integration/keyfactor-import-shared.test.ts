import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import type { Issued } from "../fixtures/pki.ts";
import { type Certificate, type Fault } from "../servers/keyfactor/index.ts";
import { CommandWorld, thumbprintOf } from "./command-world.ts";
import { leafAndIssuer } from "./world.ts";

const imports = "POST /Certificates/Import";

let all: CommandWorld;
beforeAll(async () => {
  all = await CommandWorld.start("command-shared", { metadataFields: ["AppOwner"] });
});
afterAll(() => all.close());

async function held(leaf: Issued): Promise<Certificate | undefined> {
  return all.server.command.certificates.byThumbprint(await thumbprintOf(leaf));
}

/** Two imports of one certificate, the first of which is older by a second at least. */
async function twins(name: string, policy: "Delete" | "Retain"): Promise<Issued> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  const [older, younger] = [`${name}-older`, `${name}-younger`];
  for (const one of [older, younger]) await all.world.source(one, leaf, [issuer]);
  await all.import(older, { metadata: { AppOwner: "Older" } }, { deletionPolicy: policy });
  const { metadata } = await all.ready(older);
  await eventually("a second to pass", () => Date.now() - Date.parse(metadata.creationTimestamp) > 2_000);
  await all.import(younger, { metadata: { AppOwner: "Younger" } }, { deletionPolicy: policy });
  await all.ready(younger);
  return leaf;
}

it("the older of two imports of one certificate decides its metadata, then the younger one", async () => {
  const before = all.server.traffic.count(imports);
  const leaf = await twins("meta", "Retain");
  expect((await held(leaf))?.metadata.get("AppOwner")).toBe("Older");
  expect(all.server.traffic.count(imports) - before).toBe(1);

  await all.world.delete("certificateimport", "meta-older");
  await eventually("the younger to decide", async () => {
    return (await held(leaf))?.metadata.get("AppOwner") === "Younger";
  });
  expect(all.server.traffic.count(imports) - before).toBe(1);
});

it("of two that are created at once, each imports, and the same one as ever decides", async () => {
  const [leaf, issuer] = await leafAndIssuer("at-once.example.com");
  const names = ["at-once-a", "at-once-b"];
  for (const name of names) await all.world.source(name, leaf, [issuer]);
  await Promise.all(names.map((name) => all.import(name, { metadata: { AppOwner: name } })));
  const found = await Promise.all(names.map((name) => all.ready(name)));
  const ages = found.map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`).toSorted();
  const first = ages[0]?.split(" ")[1];
  await eventually("the first to decide", async () => (await held(leaf))?.metadata.get("AppOwner") === first);
  await Promise.all(names.map((name) => all.ready(name)));
  expect(
    all.server.command.certificates.all().filter(({ facts }) => facts.IssuedCN === "at-once.example.com"),
  ).toHaveLength(1);
});

it("deletionPolicy: Delete removes a certificate with the last import that holds it", async () => {
  const leaf = await twins("gone", "Delete");
  await all.world.delete("certificateimport", "gone-older");
  await eventually("the older to be gone", () => all.world.isGone("certificateimport", "gone-older"));
  expect(await held(leaf)).toBeDefined();
  expect((await all.world.told("LeftBehind", "gone-older"))[0]).toContain("another CertificateImport holds it as well");

  await all.world.delete("certificateimport", "gone-younger");
  await eventually("the younger to be gone", () => all.world.isGone("certificateimport", "gone-younger"));
  expect(await held(leaf)).toBeUndefined();
});

/** Renews the certificate of an import, and waits until Command has the new one. */
async function renewed(name: string): Promise<Issued> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await all.world.source(name, leaf, [issuer]);
  await eventually("the new certificate to be there", async () => {
    const { remote } = (await all.world.import(name)).status?.delivery ?? {};
    return remote?.version === (await thumbprintOf(leaf));
  });
  await all.ready(name);
  return leaf;
}

it("a renewed certificate comes beside the one before, which stays as Command's history", async () => {
  const first = await all.source("history", "history.example.com");
  await all.import("history");
  await all.ready("history");
  const second = await renewed("history");
  expect([await held(first), await held(second)]).toEqual([expect.anything(), expect.anything()]);
});

it("under deletionPolicy: Delete the one before goes once the new one is there, and one that comes back stays", async () => {
  const [first, issuer] = await leafAndIssuer("tidy.example.com");
  await all.world.source("tidy", first, [issuer]);
  await all.import("tidy", {}, { deletionPolicy: "Delete", downgradePolicy: "Allow" });
  await all.ready("tidy");
  const second = await renewed("tidy");
  await eventually("the first to be gone", async () => (await held(first)) === undefined);
  expect(await held(second)).toBeDefined();

  await all.world.source("tidy", first, [issuer]);
  await eventually("the second to be gone", async () => (await held(second)) === undefined);
  await all.ready("tidy");
  expect(await held(first)).toBeDefined();
  expect((await all.world.import("tidy")).status?.previous ?? []).toEqual([]);
});

it("an update that fails leaves the import ready, and says so", async () => {
  await all.source("update", "update.example.com");
  await all.import("update");
  await all.ready("update");
  const unavailable: Fault = ({ response }) => void response.writeHead(502).end();
  const fault = all.server.inject(unavailable, { kind: imports });
  const [leaf, issuer] = await leafAndIssuer("update.example.com");
  await all.world.source("update", leaf, [issuer]);
  const { status } = await all.ready("update", "Updating");
  expect(status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
  all.server.heal(fault);
});
