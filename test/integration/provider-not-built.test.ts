import { afterAll, beforeAll, expect, it } from "vitest";
import { CertificateStores } from "../../src/controllers/resources.ts";
import type { Condition } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

const basicSecretRef = { name: "command-login" };
const command = { url: "https://command.example.com", auth: { basicSecretRef } };
const vault = { vaultUrl: "https://web.vault.azure.net", auth: { managedIdentity: {} } };

let world: World;
beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "not-built");
  const ours = (kind: string, name: string): object => named("certferry.io/v1alpha1", kind, name, world.home);
  await world.apply(
    { ...ours("CertificateStore", "command"), spec: { keyfactorCommand: command } },
    { ...ours("CertificateStore", "vault"), spec: { azureKeyVault: vault } },
  );
  await world.source(
    "web-tls",
    ...(await leafAndIssuer("web.example.com").then(([leaf, ca]) => [leaf, [ca]] as const)),
  );
  await world.start();
});
afterAll(() => world.stop());

/** Reason and message of Stalled, once it is True. */
async function stalled(what: string, conditions: () => Promise<Condition[] | undefined>): Promise<string[]> {
  return eventually(`${what} to be stalled`, async () => {
    const found = (await conditions())?.find(({ type }) => type === "Stalled");
    if (found?.status === "True") return [found.reason, found.message];
    throw new Error(`it is ${found?.status ?? "not there"}: ${found?.reason ?? ""}`);
  });
}

function storeConditions(name: string): Promise<Condition[] | undefined> {
  const options = { signal: AbortSignal.timeout(10_000) };
  return world.plane.client
    .get(CertificateStores, { namespace: world.home, name }, options)
    .then(({ status }) => status?.conditions);
}

it("a store says that its provider is not built", async () => {
  expect(await stalled("vault", () => storeConditions("vault"))).toEqual([
    "ProviderNotBuilt",
    "This version of Certferry has no provider azureKeyVault; use another store or another version.",
  ]);
});

it("an import into such a store says the same, with all of its block", async () => {
  const spec = {
    source: { secretRef: { name: "web-tls" } },
    storeRef: { name: "vault" },
    azureKeyVault: { tags: { owner: "web" } },
  };
  await world.apply({ ...named("certferry.io/v1alpha1", "CertificateImport", "web", world.home), spec });
  const found = await stalled("the import", async () => (await world.import("web")).status?.conditions);
  expect(found[0]).toBe("ProviderNotBuilt");
});

it("a target of such a store says the same and holds up no other", async () => {
  const targets = [
    target("app", world.away, "web-tls"),
    { name: "vault", storeRef: { name: "vault" }, azureKeyVault: {} },
  ];
  await world.apply(deployment(world.home, "mixed", targets));
  await world.reason("mixed", "ProviderNotBuilt");
  expect((await world.secret("web-tls")).type).toBe("kubernetes.io/tls");
  const { status } = await world.deployment("mixed");
  expect(status?.targets?.map(({ name, phase, reason }) => [name, phase, reason])).toEqual([
    ["app", "Delivered", "Delivered"],
    ["vault", "Blocked", "ProviderNotBuilt"],
  ]);
});

it("a block of another provider than the store's is told apart from that", async () => {
  await world.apply(
    deployment(world.home, "mismatch", [{ name: "t", storeRef: { name: "command" }, azureKeyVault: {} }]),
  );
  const { status } = await world.reason("mismatch", "ProviderMismatch");
  expect(status?.targets?.[0]?.message).toBe(
    "CertificateStore command is a keyfactorCommand store, but the block here is azureKeyVault; use a block keyfactorCommand or another store.",
  );
});
