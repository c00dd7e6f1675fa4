import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { allActions, forbiddenByPolicy, objectDisabled, throttled } from "../servers/azure-key-vault/index.ts";
import { AzureWorld, importing } from "./azure-world.ts";

// A write without answer is looked for after half a minute, and machines are busy.
vi.setConfig({ testTimeout: 180_000 });

let all: AzureWorld;
beforeAll(async () => {
  all = await AzureWorld.start("azure-states", { deleteMs: 0, recoverMs: 500, purgeMs: 500 });
});
afterAll(() => all.close());

/** Somebody has deleted the certificate that this source holds. */
async function deleted(name: string, world = all): Promise<void> {
  const [leaf] = await world.source(name);
  world.keyVault.plant(name, leaf.pem);
  world.keyVault.delete(name);
}

/** The message of a delivery while it waits for this. */
function waiting(name: string, reason: string): Promise<string> {
  return eventually(`import ${name} to wait for ${reason}`, async () => {
    const { phase, reason: found, message = "" } = (await all.world.import(name)).status?.delivery ?? {};
    if (phase === "Waiting" && found === reason) return message;
    throw new Error(`it is ${phase ?? "nowhere"}, ${found ?? ""}: ${message}`);
  });
}

describe("a name that a deleted certificate has", () => {
  it("softDeleted unset: it is left alone, and the status says until when and what can be done", async () => {
    await deleted("left");
    await all.import("left");
    const message = await all.told("left", "SoftDeleted");
    expect(message).toMatch(/^The name left is taken by a deleted certificate, which the vault keeps until 20\d\d-/);
    expect(message).toContain("Set softDeleted to Recover or Purge");
    expect(all.keyVault.vault.certificates.find("left")?.state.kind).toBe("Deleted");
  });

  it("softDeleted: Recover brings it back, waits for that, and imports over it what is newer", async () => {
    await deleted("back");
    await all.source("back");
    await all.import("back", { softDeleted: "Recover" });
    expect(await waiting("back", "Recovering")).toContain("brings back the deleted certificate back");
    await all.ready("back");
    expect(all.keyVault.versions("back")).toHaveLength(2);
  });

  it("softDeleted: Recover does not take over what belongs to somebody else", async () => {
    await deleted("alien");
    const [other] = await all.source("alien", { subject: "CN=alien" });
    expect(other.certificate.subject).toBe("CN=alien");
    await all.import("alien", { softDeleted: "Recover" });
    expect(await all.told("alien", "NotAdopted")).toContain("alien.example.com");
    expect(all.keyVault.versions("alien")).toHaveLength(1);
  });

  it("softDeleted: Purge does away with it, waits for that, and imports anew", async () => {
    await deleted("anew");
    await all.import("anew", { softDeleted: "Purge" });
    expect(await waiting("anew", "Purging")).toContain("purges the deleted certificate anew");
    await all.ready("anew");
    expect(all.keyVault.versions("anew")).toHaveLength(1);
  });

  it("is told also where the store may not look at what is deleted", async () => {
    const fault = all.keyVault.server.inject(forbiddenByPolicy, { kind: "GET /deletedcertificates/{name}" });
    await deleted("unseen");
    await all.import("unseen");
    expect(await all.told("unseen", "SoftDeleted")).toContain("unseen is taken by a deleted certificate");
    all.keyVault.server.heal(fault);
  });
});

it("purge protection: softDeleted: Purge is refused with the ways out", async () => {
  const safe = await AzureWorld.start("azure-protected", { purgeProtection: true, deleteMs: 0 });
  onTestFinished(() => safe.close());
  await deleted("kept", safe);
  await safe.import("kept", { softDeleted: "Purge" });
  expect(await safe.told("kept", "PurgeProtected")).toContain(
    "Purge protection (Recoverable) lets nobody purge it: set softDeleted to Recover, or choose another name.",
  );
});

describe("what is on its way or switched off", () => {
  it("a pending operation is waited for, and then it goes on", async () => {
    await all.delivered("pending");
    all.keyVault.vault.setPending("pending", true);
    await all.source("pending");
    expect(await waiting("pending", "OperationPending")).toContain(
      "An operation on certificate pending in web.vault.azure.net is under way",
    );
    all.keyVault.vault.setPending("pending", false);
    await eventually("the second version", () => all.keyVault.versions("pending").length === 2, { withinMs: 60_000 });
  });

  it("a deletion is waited for, and then what the user's word says is done", async () => {
    const [leaf] = await all.source("going");
    all.keyVault.plant("going", leaf.pem);
    const certificate = all.keyVault.certificate("going");
    if (certificate === undefined) throw new Error("there is nothing to delete");
    all.keyVault.delete("going");
    certificate.state = { kind: "Deleting", until: Date.now() + 3_600_000 };
    await all.import("going", { softDeleted: "Recover" });
    expect(await waiting("going", "BeingDeleted")).toBe(
      "The vault is still deleting certificate going in web.vault.azure.net; it goes on after that.",
    );
    expect(certificate.state.kind).toBe("Deleting");
    certificate.state = { kind: "Deleted" };
    await all.ready("going");
    expect(all.keyVault.versions("going")).toHaveLength(1);
  });

  it("what the vault does not do to something disabled is told, and done once that is enabled", async () => {
    const fault = all.keyVault.server.inject(objectDisabled, { kind: importing });
    await all.source("switched-off");
    await all.import("switched-off");
    expect(await all.told("switched-off", "ObjectDisabled")).toBe(
      "Certificate switched-off of web.vault.azure.net is disabled, so that the vault does not import it; enable it there.",
    );
    all.keyVault.server.heal(fault);
    await all.ready("switched-off");
  });

  it("a certificate that somebody has disabled is enabled again, without a new version", async () => {
    await all.delivered("off");
    const version = all.newest("off");
    version.attributes = { ...version.attributes, enabled: false };
    await all.look("off", "1");
    await eventually("it to be enabled", () => all.newest("off").attributes.enabled);
    expect(all.keyVault.versions("off")).toHaveLength(1);
  });
});

describe("a name that somebody else has", () => {
  it("a certificate for other names is not taken over", async () => {
    const [leaf] = await all.source("strange");
    all.keyVault.plant("foreign", leaf.pem);
    await all.source("foreign");
    await all.import("foreign");
    expect(await all.told("foreign", "NotAdopted")).toContain("which Certferry did not write");
    expect(all.keyVault.versions("foreign")).toHaveLength(1);
  });

  it("the same certificate is taken over by its tags alone", async () => {
    const [leaf] = await all.source("same");
    all.keyVault.plant("same", leaf.pem, { team: "them" });
    await all.import("same");
    await all.ready("same");
    expect(all.keyVault.versions("same")).toHaveLength(1);
    expect(all.newest("same").tags).toEqual({
      "owner.certferry.io": `${all.world.home}/CertificateImport/${all.world.home}/same e3b0c44298fc1c14`,
    });
  });

  it("one of another resource is left to it, and taken over when that goes", async () => {
    await all.delivered("first", { name: "shared" });
    await all.source("second");
    await all.import("second", { name: "Shared" });
    expect(await all.told("second", "PlaceTaken")).toContain("first");
    expect(all.keyVault.versions("shared")).toHaveLength(1);
    await all.world.delete("certificateimport", "first");
    await all.ready("second");
    expect(all.newest("shared").leaf.subject).toBe("CN=second.example.com");
  });

  it("one of another operator is left alone, until adoptionPolicy: Always takes it over", async () => {
    const [leaf] = await all.source("elsewhere");
    all.keyVault.plant("elsewhere", leaf.pem, { "owner.certferry.io": "other-cluster/CertificateImport/a/b" });
    await all.import("elsewhere");
    expect(await all.told("elsewhere", "OwnedElsewhere")).toContain("Another operator (owner id other-cluster)");
    expect(all.newest("elsewhere").tags).toEqual({ "owner.certferry.io": "other-cluster/CertificateImport/a/b" });
    await all.import("elsewhere", {}, { adoptionPolicy: "Always" });
    await all.ready("elsewhere");
    expect(all.newest("elsewhere").tags["owner.certferry.io"]).toContain(`${all.world.home}/CertificateImport/`);
  });

  it.each(["secret", "key"] as const)("a %s blocks, also under adoptionPolicy: Always", async (kind) => {
    const name = `taken-by-${kind}`;
    if (kind === "secret") all.keyVault.vault.secrets.set(name, "theirs");
    else all.keyVault.vault.keys.add(name);
    await all.source(name);
    await all.import(name, {}, { adoptionPolicy: "Always" });
    expect(await all.told(name, "NameTaken")).toContain(`A ${kind} of that name is in the vault`);
  });
});

describe("what a vault does not allow", () => {
  it("a missing role names the right, is tried again by itself, and goes on once it is granted", async () => {
    const { access } = all.keyVault.vault;
    access.grant(all.keyVault.clientId, ["read"]);
    try {
      await all.source("unallowed");
      await all.import("unallowed");
      const message = await all.told("unallowed", "AccessDenied");
      expect(message).toContain("may not import certificate unallowed of web.vault.azure.net (ForbiddenByRbac)");
      expect(message).toContain("Key Vault Certificates Officer");
    } finally {
      access.grant(all.keyVault.clientId, allActions);
    }
    await all.ready("unallowed");
  });

  it("429: nobody asks the vault before Retry-After, and then it goes on", async () => {
    const { server } = all.keyVault;
    // Blocked: it is looked at every 300 ms.
    all.keyVault.vault.secrets.set("impatient", "theirs");
    await all.source("impatient");
    await all.import("impatient", {}, { adoptionPolicy: "Always" });
    await all.told("impatient", "NameTaken");
    server.inject(throttled(8), { kind: importing, times: 1 });
    await all.source("throttled");
    await all.import("throttled");
    await all.ready("throttled");
    const [refused = 0] = server.traffic.seen.filter(({ status }) => status === 429).map(({ at }) => at);
    const since = server.traffic.seen.map(({ url, at }) => ({ url, after: at - refused }));
    // What was under way when the answer came may still arrive.
    expect(since.filter(({ after }) => after > 3_000 && after < 8_000)).toEqual([]);
    expect(since.filter(({ url, after }) => url.includes("/throttled") && after > 0 && after < 8_000)).toEqual([]);
    expect(all.keyVault.versions("throttled")).toHaveLength(1);
  });
});

it("the vault's firewall is told apart, and not tried again by itself", async () => {
  const { access } = all.keyVault.vault;
  access.firewall = "Closed";
  try {
    await all.source("walled");
    await all.import("walled");
    expect(await all.told("walled", "VaultFirewall")).toContain("network rules of the vault web.vault.azure.net");
    const { status } = await all.world.import("walled");
    expect(status?.delivery?.nextAttemptTime).toBeUndefined();
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.status).toBe("True");
  } finally {
    access.firewall = "Open";
  }
  await all.look("walled", "1");
  await all.ready("walled");
});
