import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/control-plane/index.ts";
import { KeyVault } from "../../../test/fixtures/key-vault.ts";
import { chainFor } from "../../../test/fixtures/pki.ts";
import { desiredOf, differences, writeTo } from "../../../test/fixtures/place.ts";
import { allActions, forbiddenByPolicy } from "../../../test/servers/azure-key-vault/index.ts";
import type { Desired, Observation, Place } from "../contract.ts";

const mark = "me/CertificateImport/shop/web";
const signal = AbortSignal.timeout(60_000);
const secretRead = "GET /secrets/{name}/{version}";
const { root, intermediate, leaf } = await chainFor("web.example.com");
const desired = await desiredOf(leaf, mark, intermediate.pem + root.pem);
const withRoot: Desired = { ...desired, chain: { include: true, root: "Include" } };

/** A vault of its own, and the place `web` in it. */
async function scene(block: object = {}): Promise<{ keyVault: KeyVault; place: Place }> {
  const keyVault = await KeyVault.start({ deleteMs: 0 });
  onTestFinished(() => keyVault.close());
  const store = await keyVault.open();
  onTestFinished(() => store.close());
  const place = store.place(block, { namespace: "shop", name: "web", secret: () => Buffer.alloc(0) });
  return { keyVault, place };
}

function noteOf(observation: Observation): string | undefined {
  return observation.note;
}

describe("a place in a vault", () => {
  it("has one address whatever the case of its name", async () => {
    const { place } = await scene({ name: "Web-1" });
    expect(place.address).toBe("azureKeyVault:web.vault.azure.net/web-1");
    expect(place.key).toBe('{"vault":"web.vault.azure.net","name":"Web-1"}');
    expect(place.repeatable).toBe(false);
  });
});

it("a certificate without its private key is refused before anything is asked", async () => {
  const { keyVault, place } = await scene();
  const { key: _key, ...bundle } = desired.bundle;
  await expect(async () => place.observe({ ...desired, bundle }, signal)).rejects.toMatchObject({
    name: "TerminalError",
    reason: "NoPrivateKey",
  });
  expect(keyVault.server.traffic.count("GET /certificates/{name}")).toBe(0);
});

describe("a name that turns out to be a deleted certificate's only at the import", () => {
  const unseen = { kind: "GET /deletedcertificates/{name}" };

  it.each([
    ["Recover", "Recovering", "Live"],
    ["Purge", "Purging", undefined],
  ])("softDeleted: %s is done all the same", async (softDeleted, reason, state) => {
    const { keyVault, place } = await scene({ softDeleted });
    keyVault.plant("web", leaf.pem);
    keyVault.delete("web");
    keyVault.server.inject(forbiddenByPolicy, unseen);
    await expect(writeTo(place, desired, signal)).rejects.toMatchObject({ name: "WaitingError", reason });
    await eventually("the vault to be done", () => {
      keyVault.vault.settle();
      return keyVault.vault.certificates.find("web")?.state.kind === state;
    });
  });

  it("nothing is done without a word", async () => {
    const { keyVault, place } = await scene();
    keyVault.plant("web", leaf.pem);
    keyVault.delete("web");
    keyVault.server.inject(forbiddenByPolicy, unseen);
    await expect(writeTo(place, desired, signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "SoftDeleted",
    });
  });
});

describe("the chain of what was written by us", () => {
  it("is known by the mark: no private key is read to compare it", async () => {
    const { keyVault, place } = await scene();
    await writeTo(place, desired, signal);
    expect(differences(await place.observe(desired, signal))).toEqual([]);
    expect(differences(await place.observe(withRoot, signal))).toEqual(["chain"]);
    expect(keyVault.server.traffic.count(secretRead)).toBe(0);
  });
});

describe("the chain of what others wrote", () => {
  it("is read from the secret, and the same version is taken over", async () => {
    const { keyVault, place } = await scene();
    keyVault.plant("web", leaf.pem);
    const seen = await place.observe(desired, signal);
    expect(differences(seen)).toEqual(["chain", "mark"]);
    expect(keyVault.server.traffic.count(secretRead)).toBe(1);
    const alone: Desired = { ...desired, chain: { include: false, root: "Exclude" } };
    await writeTo(place, alone, signal);
    expect(keyVault.versions("web")).toHaveLength(1);
  });

  it("is told as not compared where the store may not read the secret", async () => {
    const { keyVault, place } = await scene();
    keyVault.vault.access.grant(
      keyVault.clientId,
      allActions.filter((action) => action !== "getSecret"),
    );
    keyVault.plant("web", leaf.pem);
    const seen = await place.observe(desired, signal);
    expect(seen).toMatchObject({ state: "Present", partial: true });
    expect(noteOf(seen)).toContain("Key Vault Secrets User");
    await writeTo(place, desired, signal);
    expect(keyVault.versions("web")).toHaveLength(1);
    expect(keyVault.versions("web")[0]?.tags).toEqual({ "owner.certferry.io": mark });
    // What cannot be seen is written anew when the engine asks for a write: a version too many, not a chain that is not there.
    await writeTo(place, withRoot, signal);
    expect(keyVault.versions("web")).toHaveLength(2);
    expect(keyVault.versions("web")[1]?.chain.map(String)).toEqual([leaf.pem, intermediate.pem, root.pem]);
  });
});

it("the policy is changed after the import that cannot change it, and only then", async () => {
  const lifetimeActions = [{ action: "AutoRenew", trigger: { lifetimePercentage: 80 } }];
  const { keyVault, place } = await scene({ policy: { issuer: { name: "Self" }, lifetimeActions } });
  await writeTo(place, desired, signal);
  expect(keyVault.certificate("web")?.policy.lifetime_actions).toMatchObject([
    { action: { action_type: "AutoRenew" } },
  ]);
  expect(keyVault.server.traffic.count("PATCH /certificates/{name}/policy")).toBe(1);
  expect(differences(await place.observe(desired, signal))).toEqual([]);
});
