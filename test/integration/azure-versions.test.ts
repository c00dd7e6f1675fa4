import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { selfSigned } from "../fixtures/any-key.ts";
import { doneButLost, neverDone } from "../servers/azure-key-vault/index.ts";
import { AzureWorld, importing } from "./azure-world.ts";
import { named, World } from "./world.ts";

// A write without answer is looked for after half a minute, and machines are busy.
vi.setConfig({ testTimeout: 180_000 });

let all: AzureWorld;
beforeAll(async () => {
  all = await AzureWorld.start("azure-versions", { sku: "Premium" });
});
afterAll(() => all.close());

/** How many versions there are once the vault was looked at again. */
async function versionsAfterLook(name: string, value: string): Promise<number> {
  await all.look(name, value);
  return all.keyVault.versions(name).length;
}

describe("a new version is made", () => {
  it("once for each renewed certificate, and for no refresh", async () => {
    await all.delivered("renewed", {}, { refreshInterval: "30s" });
    expect(await versionsAfterLook("renewed", "1")).toBe(1);
    const [leaf] = await all.source("renewed");
    await eventually("the second version", () => all.newest("renewed").leaf.toString() === leaf.pem);
    await all.ready("renewed");
    expect(await versionsAfterLook("renewed", "2")).toBe(2);
    expect(await versionsAfterLook("renewed", "3")).toBe(2);
  });

  it("for what a version cannot be changed in", async () => {
    await all.delivered("locked");
    await all.import("locked", { policy: { exportable: false } });
    await eventually("the second version", () => all.keyVault.versions("locked").length === 2);
    await all.ready("locked");
    expect(all.newest("locked").exportable).toBe(false);
  });

  it("for another chain alone, though no secret is read", async () => {
    const [leaf, issuer] = await all.source("chained");
    await all.import("chained");
    await all.ready("chained");
    await all.import("chained", {}, { chain: { root: "Include" } });
    await eventually("the second version", () => all.keyVault.versions("chained").length === 2);
    await all.ready("chained");
    expect(all.newest("chained").chain.map(String)).toEqual([leaf.pem, issuer.pem]);
    expect(all.keyVault.server.traffic.count("GET /secrets/{name}/{version}")).toBe(0);
  });
});

describe("no new version is made", () => {
  it("for tags, attributes and policy: they are changed where they are", async () => {
    await all.delivered("changed", { tags: { team: "a" } });
    const expires = "2026-12-31T00:00:00Z";
    await all.import("changed", {
      tags: { stage: "prod" },
      enabled: false,
      expires,
      policy: { reuseKey: true, issuer: { name: "Self" } },
    });
    await eventually("the policy to be changed", () => {
      return all.keyVault.certificate("changed")?.policy.key_props.reuse_key === true;
    });
    await all.ready("changed");
    const { tags, attributes } = all.newest("changed");
    expect(Object.keys(tags).toSorted()).toEqual(["owner.certferry.io", "stage"]);
    expect(attributes).toMatchObject({ enabled: false, exp: Date.parse(expires) / 1000 });
    expect(all.keyVault.certificate("changed")?.policy.issuer).toEqual({ name: "Self" });
    expect(all.keyVault.versions("changed")).toHaveLength(1);
  });

  it("for drift of tags, which is repaired, or told under driftPolicy: Report", async () => {
    await all.delivered("drifted", { tags: { team: "a" } });
    const version = all.newest("drifted");
    version.tags = { ...version.tags, team: "b" };
    await all.look("drifted", "1");
    await eventually("the tag to be as it was", () => all.newest("drifted").tags["team"] === "a");
    await all.import("drifted", { tags: { team: "a" } }, { driftPolicy: "Report" });
    await all.ready("drifted");
    version.tags = { ...version.tags, team: "c" };
    await all.look("drifted", "2");
    await all.ready("drifted", "Drifted");
    expect(all.newest("drifted").tags["team"]).toBe("c");
    expect(all.keyVault.versions("drifted")).toHaveLength(1);
  });

  it("when the answer is lost: a look shows what was done", async () => {
    await all.store("quick", all.keyVault.block(), { timeout: "2s" });
    const fault = all.keyVault.server.inject(doneButLost("Close"), { kind: importing, times: 1 });
    await all.source("lost");
    await all.import("lost", {}, { storeRef: { name: "quick" } });
    await eventually("the answer to be lost", () => fault.hits === 1);
    await all.ready("lost", "Delivered", 90_000);
    expect(all.keyVault.versions("lost")).toHaveLength(1);
  });

  it("twice when the import never arrived: it is sent again once it can be under way no more", async () => {
    await all.store("quick", all.keyVault.block(), { timeout: "2s" });
    const fault = all.keyVault.server.inject(neverDone("Close"), { kind: importing, times: 1 });
    await all.source("never");
    await all.import("never", {}, { storeRef: { name: "quick" } });
    await eventually("the import to be lost", () => fault.hits === 1);
    await all.ready("never", "Delivered", 90_000);
    expect(all.keyVault.versions("never")).toHaveLength(1);
  });

  it("by another operator that is started, nor by two at a time", async () => {
    await all.delivered("restarted");
    const before = all.imports;
    await all.world.stop();
    const replica = await World.create(all.world.plane, "azure-replica");
    await all.start();
    await replica.start([
      `--resolve=${all.keyVault.resolve}`,
      `--watch-namespaces=${all.world.home}`,
      `--owner-id=${all.world.home}`,
    ]);
    await all.look("restarted", "1");
    await all.ready("restarted");
    await replica.stop();
    expect(all.imports).toBe(before);
  });
});

describe("deletion", () => {
  it("deletionPolicy: Delete deletes softly, and purges nothing", async () => {
    await all.delivered("gone", {}, { deletionPolicy: "Delete" });
    await all.world.delete("certificateimport", "gone");
    await eventually("the import to go", () => all.world.isGone("certificateimport", "gone"));
    await eventually("the certificate to be deleted", () => {
      all.keyVault.vault.settle();
      return all.keyVault.vault.certificates.find("gone")?.state.kind === "Deleted";
    });
    expect(all.keyVault.server.traffic.count("DELETE /deletedcertificates/{name}")).toBe(0);
  });

  it("what somebody else has taken over stays", async () => {
    await all.delivered("taken", {}, { deletionPolicy: "Delete" });
    all.newest("taken").tags = { "owner.certferry.io": "other/CertificateImport/a/b" };
    await all.world.delete("certificateimport", "taken");
    await eventually("the import to go", () => all.world.isGone("certificateimport", "taken"));
    expect(all.keyVault.certificate("taken")?.state.kind).toBe("Live");
  });

  it("a deployment's other name: the new one comes first, then the old one goes", async () => {
    await all.source("moved");
    const deployment = (name: string): object => ({
      ...all.ours("StoreDeployment", "moved"),
      spec: {
        source: { secretRef: { name: "moved" } },
        deletionPolicy: "Delete",
        targets: [{ name: "t", storeRef: { name: "vault" }, azureKeyVault: { name } }],
      },
    });
    await all.world.apply(deployment("moved-1"));
    await all.world.reason("moved", "Delivered");
    await all.world.apply(deployment("moved-2"));
    await eventually("the old name to be free", () => all.keyVault.certificate("moved-1") === undefined);
    expect(all.keyVault.versions("moved-2")).toHaveLength(1);
  });
});

describe("a download", () => {
  const download = (name: string, azureKeyVault: object): object => ({
    ...all.ours("CertificateDownload", name),
    spec: {
      storeRef: { name: "vault" },
      azureKeyVault,
      target: { storeRef: { name: "here" }, configMap: { name, key: "web.pem" } },
    },
  });
  const held = async (name: string): Promise<string> => {
    const args = [
      "get",
      "configmap",
      name,
      "-n",
      all.world.home,
      "--ignore-not-found",
      "-o",
      "jsonpath={.data.web\\.pem}",
    ];
    return (await all.world.plane.kubectl(args)).stdout;
  };

  beforeAll(async () => {
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "create", "patch", "delete"] }];
    const rbac = "rbac.authorization.k8s.io";
    const { home } = all.world;
    await all.world.apply(
      { ...named(`${rbac}/v1`, "Role", "downloads", home), rules },
      {
        ...named(`${rbac}/v1`, "RoleBinding", "downloads", home),
        roleRef: { apiGroup: rbac, kind: "Role", name: "downloads" },
        subjects: [{ kind: "ServiceAccount", name: "writer", namespace: home }],
      },
      {
        ...all.ours("CertificateStore", "here"),
        spec: { kubernetes: { auth: { serviceAccountRef: { name: "writer" } } } },
      },
    );
  });

  it("gives the public certificate, the newest or a given version, without the key", async () => {
    const [first] = await all.source("given");
    await all.import("given");
    const { status } = await all.ready("given");
    const [second] = await all.source("given");
    await eventually("the second version", () => all.keyVault.versions("given").length === 2);
    const version = status?.delivery?.remote?.version;
    await all.world.apply(download("newest", { certificate: { name: "given" }, format: "PEM" }));
    await all.world.apply(download("oldest", { certificate: { name: "given", version }, format: "PEM" }));
    await eventually("the newest", async () => (await held("newest")) === second.pem);
    await eventually("the oldest", async () => (await held("oldest")) === first.pem);
  });

  it("follows an import, and waits for what is not there yet", async () => {
    await all.world.apply(download("imported", { certificate: { importRef: { name: "later" } }, format: "PEM" }));
    const [leaf] = await all.source("later");
    await all.import("later");
    await all.ready("later");
    await eventually("the imported one", async () => (await held("imported")) === leaf.pem, { withinMs: 60_000 });
  });
});

describe("keys", () => {
  const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
  const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
  /** Applies an import of a certificate with this key. */
  const applied = async (name: string, key: KeyObject, block: object = {}, keyUsage?: number): Promise<string> => {
    const options = { subject: `${name}.example.com`, ...(keyUsage !== undefined && { keyUsage }) };
    const { pem, keyPem } = selfSigned(key, options);
    await all.secret(name, { "tls.crt": pem, "tls.key": keyPem }, "kubernetes.io/tls");
    await all.import(name, { ...block });
    return pem;
  };

  it.each([
    ["rsa-2048", () => rsa(2048), { kty: "RSA", key_size: 2048 }],
    ["rsa-3072", () => rsa(3072), { kty: "RSA", key_size: 3072 }],
    ["rsa-4096", () => rsa(4096), { kty: "RSA", key_size: 4096 }],
    ["p-256", () => ec("P-256"), { kty: "EC", crv: "P-256" }],
    ["p-384", () => ec("P-384"), { kty: "EC", crv: "P-384" }],
    ["p-521", () => ec("P-521"), { kty: "EC", crv: "P-521" }],
    ["p-256k", () => ec("secp256k1"), { kty: "EC", crv: "P-256K" }],
  ])("%s is taken, as PFX and as PEM", async (name, make, properties) => {
    const key = make();
    const pem = await applied(`${name}-pfx`, key);
    await applied(`${name}-pem`, key, { policy: { contentType: "PEM" } });
    for (const form of ["pfx", "pem"]) {
      await all.ready(`${name}-${form}`);
      expect(all.keyVault.certificate(`${name}-${form}`)?.policy.key_props).toMatchObject(properties);
    }
    expect(all.newest(`${name}-pfx`).leaf.toString()).toBe(pem);
  });

  it.each([
    ["RSA 1024", () => rsa(1024)],
    ["RSA-PSS 2048", () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey],
    ["Ed25519", () => generateKeyPairSync("ed25519").privateKey],
  ])("%s is refused, and nothing is sent", async (kind, make) => {
    const name = `not-${kind.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}`;
    const before = all.imports;
    await applied(name, make());
    expect(await all.told(name, "UnsupportedKey")).toContain(`Key Vault takes no key of the kind ${kind}`);
    expect(all.imports).toBe(before);
  });

  it("an EC key of a certificate that speaks of key encipherment, as cert-manager's do, is imported for signing", async () => {
    await applied("enciphering", ec("P-256"), {}, 0xa0);
    await all.ready("enciphering");
    expect(all.keyVault.certificate("enciphering")?.policy.x509_props.key_usage).toEqual(["digitalSignature"]);
    expect(await versionsAfterLook("enciphering", "again")).toBe(1);
  });

  it("an EC key that shall encipher is refused, and nothing is sent", async () => {
    const before = all.imports;
    await applied("shall-encipher", ec("P-256"), { policy: { x509: { keyUsages: ["keyEncipherment"] } } });
    expect(await all.told("shall-encipher", "PolicyMismatch")).toContain(
      "policy.x509.keyUsages holds keyEncipherment, and an EC key can only sign",
    );
    expect(all.imports).toBe(before);
  });

  it("one in an HSM cannot be read again: a vault of the premium tier is told so", async () => {
    await applied("readable", rsa(2048), { policy: { keyType: "RSA-HSM" } });
    expect(await all.told("readable", "PolicyMismatch")).toContain("set policy.exportable to false");
    await applied("in-hsm", rsa(2048), { policy: { keyType: "RSA-HSM", exportable: false } });
    await all.ready("in-hsm");
    expect(all.keyVault.certificate("in-hsm")?.policy.key_props).toMatchObject({ kty: "RSA-HSM", exportable: false });
  });

  it("a policy that is not true of the key is refused", async () => {
    await all.source("untrue");
    await all.import("untrue", { policy: { keyType: "RSA", keySize: 4096 } });
    expect(await all.told("untrue", "PolicyMismatch")).toContain(
      "keyType is RSA, and the certificate's key is EC on P-256",
    );
  });
});
