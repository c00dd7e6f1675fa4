import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleOf, certificateFacts, decode, type Decoded } from "../../src/formats/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { javaKeystore, type KeystoreEntry, keytoolList, openSslPkcs12, openSslPkcs7 } from "../fixtures/keystores.ts";
import { chainFor, issue, type Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, named, store, target, World } from "./world.ts";

const passwords = { first: "the-first-passphrase", second: "the-second-passphrase" };
let world: World;
let root: Issued;
let intermediate: Issued;
let leaf: Issued;
let other: Issued;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "keystore-output");
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
  other = await issue({ subject: "CN=api.example.com", issuer: intermediate, dnsNames: ["api.example.com"] });
  for (const secret of [...Object.values(passwords), leaf.keyPem, other.keyPem]) rememberSecret(secret);
  await world.apply(store(world.home), password("first"), password("second"));
  await world.source("web-tls", leaf, [intermediate, root]);
  await world.start();
});
afterAll(() => world.stop());

function password(which: keyof typeof passwords, name: string = which, namespace = world.home): object {
  return { ...named("v1", "Secret", name, namespace), stringData: { password: passwords[which] } };
}

const ref = (name: string) => ({ name, key: "password" });

async function deliver(name: string, outputs: readonly object[], more: object = {}, spec: object = {}): Promise<void> {
  await world.apply(deployment(world.home, name, [target("one", world.away, name, more, { outputs })], spec));
}

/** The data of the Secret once the deployment has settled on what it was last given. */
async function delivered(name: string): Promise<Record<string, Buffer>> {
  await world.reason(name, "Delivered");
  return data(name);
}

async function data(name: string): Promise<Record<string, Buffer>> {
  const { data = {} } = await world.secret(name);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}

async function put(name: string, key: string, value: Uint8Array): Promise<void> {
  const patch = JSON.stringify({ data: { [key]: Buffer.from(value).toString("base64") } });
  await world.plane.kubectl(["patch", "secret", name, "-n", world.away, "-p", patch]);
}

function read(bytes: Buffer | undefined, which: keyof typeof passwords = "first"): Promise<Decoded> {
  return decode(bytes ?? Buffer.alloc(0), { password: Buffer.from(passwords[which]) });
}

function subjects({ certificates }: Decoded): string[] {
  return certificates.map(({ der }) => certificateFacts(der).subject);
}

const digest = (bytes: Buffer | undefined) =>
  createHash("sha256")
    .update(bytes ?? "")
    .digest("hex");
const keystore = { format: "PKCS12", key: "k", passwordSecretRef: { name: "first", key: "password" } };

describe("outputs", () => {
  it("of every format lie in one Secret, and are written once", async () => {
    const passwordSecretRef = ref("first");
    const since = new Date();
    await deliver("all", [
      { format: "TLS" },
      { format: "DER", key: "web.cer" },
      { format: "DER", key: "web.key", content: "Key" },
      { format: "PKCS7", key: "web.p7b" },
      { format: "JKS", key: "web.jks", alias: "web", passwordSecretRef, truststoreKey: "trust.jks" },
      { format: "PKCS12", key: "web.p12", alias: "web", passwordSecretRef, truststoreKey: "trust.p12" },
      { format: "PKCS12", key: "legacy.p12", profile: "LegacyDES", passwordSecretRef },
      { format: "PKCS12", key: "open.p12", profile: "Passwordless" },
    ]);
    const found = await delivered("all");
    expect(found["web.cer"]).toEqual(Buffer.from(leaf.certificate.rawData));
    expect(found["web.p7b"]).toEqual(openSslPkcs7(leaf, intermediate));
    expect(found["tls.crt"]?.toString()).toBe(leaf.pem + intermediate.pem);
    for (const key of ["web.jks", "web.p12"]) {
      const keystore = await read(found[key]);
      const { leaf: der, chain, key: pkcs8 } = bundleOf(keystore, { alias: "web", now: new Date() });
      expect(der).toEqual(found["web.cer"]);
      expect(chain).toEqual([Buffer.from(intermediate.certificate.rawData)]);
      expect(pkcs8).toEqual(found["web.key"]);
      expect(keytoolList(found[key] ?? Buffer.alloc(0), passwords.first)).toContain("web, ");
    }
    expect(keytoolList(found["legacy.p12"] ?? Buffer.alloc(0), passwords.first)).toContain("PrivateKeyEntry");
    expect((await decode(found["open.p12"] ?? Buffer.alloc(0))).keys).toHaveLength(1);
    for (const key of ["trust.jks", "trust.p12"]) {
      const { certificates, keys } = await read(found[key]);
      expect(certificates).toMatchObject([{ alias: expect.stringMatching(/^test root$/i), trusted: true }]);
      expect(keys).toEqual([]);
    }
    expect(await world.writes("all", since)).toBe(1);
  });

  it("that are keystores are not written again while what is in them stays", async () => {
    await deliver("rest", [
      { ...keystore, truststoreKey: "t" },
      { ...keystore, format: "JKS", key: "j" },
    ]);
    const before = await delivered("rest");
    const since = new Date();
    await world.reconcile("rest", "again");
    expect(await world.writes("rest", since)).toBe(0);
    expect(await data("rest")).toEqual(before);
  });

  it("need no write where somebody else encodes the same anew", async () => {
    await deliver("same", [{ ...keystore, alias: "web" }]);
    await delivered("same");
    const again = openSslPkcs12({ alias: "web", leaf, chain: [intermediate] }, passwords.first);
    await put("same", "k", again);
    const since = new Date();
    await world.reconcile("same", "look");
    await delivered("same");
    expect(await world.writes("same", since)).toBe(0);
    expect(digest((await data("same"))["k"])).toBe(digest(again));
  });

  it("leave a trust store out where nothing is known to be trusted", async () => {
    await world.source("rootless", leaf, [intermediate]);
    await deliver(
      "rootless",
      [{ ...keystore, truststoreKey: "t" }],
      {},
      { source: { secretRef: { name: "rootless" } } },
    );
    expect(Object.keys(await delivered("rootless"))).toEqual(["k"]);
  });

  it("that need a private key are refused where the source has none, and others hold the certificate alone", async () => {
    const cm = { ...named("v1", "ConfigMap", "public", world.home), data: { "tls.crt": leaf.pem + intermediate.pem } };
    await world.apply(cm);
    const source = { configMapRef: { name: "public" } };
    await deliver("public", [{ ...keystore, format: "JKS" }], {}, { source });
    const { status } = await world.reason("public", "NoPrivateKey");
    expect(status?.targets?.[0]?.message).toContain("Output JKS (k): A JKS keystore needs the private key");
    await deliver("public", [keystore], {}, { source });
    expect(subjects(await read((await delivered("public"))["k"]))).toEqual([
      "CN=web.example.com",
      "CN=Test Intermediate",
    ]);
  });
});

describe("a keystore is rebuilt exactly once", () => {
  it("when its password changes, without the old one", async () => {
    await world.apply(password("first", "changing"));
    await deliver("changing", [{ ...keystore, passwordSecretRef: ref("changing"), truststoreKey: "t" }]);
    await delivered("changing");
    const since = new Date();
    await world.apply(password("second", "changing"));
    await eventually("the new password to open it", async () => {
      return read((await data("changing"))["k"], "second");
    });
    const { k, t } = await delivered("changing");
    expect((await read(k, "second")).keys).toHaveLength(1);
    expect((await read(t, "second")).certificates).toHaveLength(1);
    expect(await world.writes("changing", since)).toBe(1);
  });

  it("when its profile, its format, its alias or its chain changes", async () => {
    const changes: [object, object][] = [
      [{ profile: "LegacyDES" }, {}],
      [{ profile: "LegacyDES", alias: "renamed" }, {}],
      [{ profile: "LegacyDES", alias: "renamed" }, { chain: { root: "Include" } }],
      [{ format: "JKS", alias: "renamed" }, { chain: { root: "Include" } }],
    ];
    await deliver("shaped", [keystore]);
    let before = digest((await delivered("shaped"))["k"]);
    for (const [output, more] of changes) {
      const since = new Date();
      await deliver("shaped", [{ ...keystore, ...output }], more);
      await delivered("shaped");
      const after = digest((await data("shaped"))["k"]);
      expect(after).not.toBe(before);
      expect(await world.writes("shaped", since)).toBe(1);
      before = after;
    }
    const decoded = await read((await data("shaped"))["k"]);
    expect(decoded.format).toBe("JKS");
    expect(decoded.keys).toMatchObject([{ alias: "renamed" }]);
    expect(subjects(decoded)).toEqual(["CN=web.example.com", "CN=Test Intermediate", "CN=Test Root"]);
  });
});

describe("entries of others in a keystore", () => {
  it.each(["PKCS12", "JKS"] as const)("are kept in %s when ours is renewed and renamed", async (format) => {
    const name = `shared-${format.toLowerCase()}`;
    await deliver(name, [{ ...keystore, format, alias: "web" }], { adoptionPolicy: "Always" });
    await delivered(name);
    const entries = [
      { alias: "web", leaf, chain: [intermediate] },
      { alias: "api", leaf: other, chain: [intermediate] },
    ];
    await put(name, "k", javaKeystore(format, passwords.first, entries, { partner: root }));
    const { keys } = await read((await data(name))["k"]);
    await deliver(name, [{ ...keystore, format, alias: "shop" }], { adoptionPolicy: "Always" });
    await eventually("the new alias to be there", async () => {
      const { keys } = await read((await data(name))["k"]);
      return keys.some(({ alias }) => alias === "shop");
    });
    const after = await read((await delivered(name))["k"]);
    expect(new Set(after.keys.map(({ alias }) => alias))).toEqual(new Set(["api", "shop"]));
    expect(after.keys.find(({ alias }) => alias === "api")?.pkcs8).toEqual(
      keys.find(({ alias }) => alias === "api")?.pkcs8,
    );
    expect(bundleOf(after, { alias: "api", now: new Date() }).chain).toHaveLength(1);
    expect(after.certificates.find(({ alias }) => alias === "partner")?.trusted).toBe(true);
  });

  it("block a rebuild where neither password opens it, until the one before is named", async () => {
    await world.apply(password("first", "rotated"));
    const output = { ...keystore, format: "JKS", alias: "web", passwordSecretRef: ref("rotated") };
    await deliver("closed", [output]);
    await delivered("closed");
    const entries = [
      { alias: "web", leaf, chain: [intermediate] },
      { alias: "api", leaf: other, chain: [intermediate] },
    ];
    await put("closed", "k", javaKeystore("JKS", passwords.first, entries));
    await world.apply(password("second", "rotated"));
    const { status } = await world.reason("closed", "CannotOpen");
    expect(status?.targets?.[0]?.phase).toBe("Blocked");
    expect(status?.targets?.[0]?.message).toContain("Set previousPasswordSecretRef to the password that it has");
    await deliver("closed", [{ ...output, previousPasswordSecretRef: ref("first") }]);
    await delivered("closed");
    expect(keytoolList((await data("closed"))["k"] ?? Buffer.alloc(0), passwords.second)).toContain("api, ");
  });
});

describe("what is removed", () => {
  const entries = (): KeystoreEntry[] => [
    { alias: "web", leaf, chain: [intermediate] },
    { alias: "api", leaf: other, chain: [intermediate] },
  ];

  it("is our entry alone, where others have entries in the keystore", async () => {
    const output = { ...keystore, alias: "web" };
    await deliver("removed", [output, { format: "PEM", key: "web.pem" }], {}, { deletionPolicy: "Delete" });
    await delivered("removed");
    await put("removed", "k", javaKeystore("PKCS12", passwords.first, entries()));
    await world.delete("storedeployment", "removed");
    await eventually("the deployment to be gone", () => world.isGone("storedeployment", "removed"));
    const after = await data("removed");
    expect(Object.keys(after)).toEqual(["k"]);
    expect((await read(after["k"])).keys).toMatchObject([{ alias: "api" }]);
  });

  it("is the whole Secret, where nobody else has an entry", async () => {
    await deliver("alone", [keystore], {}, { deletionPolicy: "Delete" });
    await delivered("alone");
    await world.delete("storedeployment", "alone");
    await eventually("the Secret to be gone", () => world.isGone("secret", "alone", world.away));
  });

  it("is nothing of a keystore that no output names any more while others have entries in it", async () => {
    const outputs = (alias: string) => [
      { ...keystore, alias },
      { format: "PEM", key: "web.pem" },
    ];
    await deliver("dropped", outputs("web"));
    await delivered("dropped");
    await put("dropped", "k", javaKeystore("PKCS12", passwords.first, entries()));
    // From now on it is our bytes that hold the others' entry.
    await deliver("dropped", outputs("shop"));
    const { k: bytes } = await eventually("our entry to be renamed", async () => {
      const found = await data("dropped");
      return (await read(found["k"])).keys.some(({ alias }) => alias === "shop") && found;
    });
    for (const key of ["other.pem", "third.pem"]) {
      await deliver("dropped", [{ format: "PEM", key }]);
      await world.reason("dropped", "Delivered");
      expect((await data("dropped"))["k"]).toEqual(bytes);
    }
    expect(Object.keys(await data("dropped"))).toEqual(["k", "third.pem"]);
  });
});

describe("the password of an output", () => {
  it("is waited for", async () => {
    await deliver("waits", [{ ...keystore, passwordSecretRef: ref("not-yet") }]);
    expect((await world.reason("waits", "SecretMissing")).status?.targets?.[0]?.message).toContain(
      "Secret not-yet does not exist",
    );
    await world.apply(password("first", "not-yet"));
    await delivered("waits");
  });
});
