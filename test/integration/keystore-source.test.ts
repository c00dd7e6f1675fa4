import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificateImport, SourceSpec, StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { javaKeystore, openSslPkcs12, openSslPkcs7 } from "../fixtures/keystores.ts";
import { chainFor, issue, type Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, named, store, target, World } from "./world.ts";

const password = "a-passphrase-of-a-source";
const keyPassword = "a-passphrase-of-a-key";
let world: World;
let root: Issued;
let intermediate: Issued;
let leaf: Issued;
let other: Issued;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "keystore-source");
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
  other = await issue({ subject: "CN=api.example.com", issuer: intermediate, dnsNames: ["api.example.com"] });
  for (const secret of [password, keyPassword, leaf.keyPem, other.keyPem]) rememberSecret(secret);
  await world.apply(store(world.home), secret("password", { password }));
  await world.start();
});
afterAll(() => world.stop());

function secret(name: string, values: Readonly<Record<string, string | Buffer>>): object {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return { ...named("v1", "Secret", name, world.home), data: Object.fromEntries(data) };
}

async function deliver(name: string, source: Partial<SourceSpec>): Promise<void> {
  const spec = { source: { secretRef: { name }, ...source } };
  await world.apply(deployment(world.home, name, [target("one", world.away, name)], spec));
}

const passwordSecretRef = { name: "password", key: "password" };

async function delivered(name: string): Promise<{ object: StoreDeployment; data: Record<string, string> }> {
  const object = await world.reason(name, "Delivered");
  const { data = {} } = await world.secret(name);
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]);
  return { object, data: Object.fromEntries(texts) };
}

async function message(name: string, reason: string): Promise<string> {
  return (await world.reason(name, reason)).status?.targets?.[0]?.message ?? "";
}

function condition({ status }: StoreDeployment, type: string): string | undefined {
  return status?.conditions?.find((one) => one.type === type)?.message;
}

describe("a source", () => {
  it("that is a PKCS#12 is read by its content, whatever its key is called", async () => {
    const p12 = openSslPkcs12({ alias: "web", leaf, chain: [intermediate, root] }, password);
    await world.apply(secret("p12", { "anything.bin": p12 }));
    await deliver("p12", { passwordSecretRef });
    const { object, data } = await delivered("p12");
    expect(data).toMatchObject({
      "tls.crt": leaf.pem + intermediate.pem,
      "tls.key": leaf.keyPem,
      "ca.crt": root.pem,
    });
    expect(object.status?.source?.format).toBe("PKCS12");
    expect(condition(object, "SourceValid")).toBe("The source holds a usable certificate.");
  });

  it("whose password Secret ends with a line break is opened without it, and the condition says so", async () => {
    const p12 = openSslPkcs12({ alias: "web", leaf, chain: [intermediate] }, password);
    await world.apply(secret("echo", { "keystore.p12": p12, "password.txt": `${password}\r\n` }));
    await deliver("echo", { passwordSecretRef: { name: "echo", key: "password.txt" } });
    const { object } = await delivered("echo");
    expect(condition(object, "SourceValid")).toBe(
      "The source holds a usable certificate. The password in Secret echo, key password.txt, ends with a line break and was used without it.",
    );
  });

  it("with a wrong password is stalled, and delivered as soon as the password is right", async () => {
    const p12 = openSslPkcs12({ alias: "web", leaf }, password);
    await world.apply(secret("wrong", { "keystore.p12": p12 }), secret("wrong-password", { value: "not it" }));
    await deliver("wrong", { passwordSecretRef: { name: "wrong-password", key: "value" } });
    expect(await message("wrong", "WrongPassword")).toContain("Secret wrong, key keystore.p12: ");
    await world.apply(secret("wrong-password", { value: password }));
    await delivered("wrong");
  });

  it("without the password that it needs says so", async () => {
    await world.apply(secret("none", { "keystore.p12": openSslPkcs12({ alias: "web", leaf }, password) }));
    await deliver("none", {});
    expect(await message("none", "PasswordRequired")).toContain("Secret none, key keystore.p12: ");
  });

  it("waits for its password Secret, and for the key in it", async () => {
    await world.apply(secret("late", { "keystore.p12": openSslPkcs12({ alias: "web", leaf }, password) }));
    await deliver("late", { passwordSecretRef: { name: "late-password", key: "value" } });
    expect(await message("late", "SecretMissing")).toContain("Secret late-password does not exist");
    await world.apply(secret("late-password", { other: "x" }));
    expect(await message("late", "SecretKeyMissing")).toBe(
      "Secret late-password has no key value; put the password there.",
    );
    await world.apply(secret("late-password", { value: password }));
    await delivered("late");
  });

  it("that is a JKS with several entries wants an alias, and names what there is", async () => {
    const entries = [
      { alias: "web", leaf, chain: [intermediate] },
      { alias: "api", leaf: other, chain: [intermediate] },
    ];
    await world.apply(secret("several", { "keystore.jks": javaKeystore("JKS", password, entries, { ca: root }) }));
    await deliver("several", { passwordSecretRef });
    expect(await message("several", "AmbiguousLeaf")).toContain("name the alias of one");
    await deliver("several", { passwordSecretRef, alias: "api" });
    const { object, data } = await delivered("several");
    expect(data["tls.crt"]).toBe(other.pem + intermediate.pem);
    expect(object.status?.source?.format).toBe("JKS");
    await deliver("several", { passwordSecretRef, alias: "mail" });
    expect(await message("several", "NoLeaf")).toContain("There is no entry mail");
  });

  it("that is a JCEKS whose key has a password of its own is read with both", async () => {
    const entries = [{ alias: "web", leaf, chain: [intermediate], keyPassword }];
    await world.apply(secret("both", { store: javaKeystore("JCEKS", password, entries), password: keyPassword }));
    const keyPasswordSecretRef = { name: "both", key: "password" };
    await deliver("both", { format: "JKS", keys: { keystore: "store" }, passwordSecretRef, keyPasswordSecretRef });
    expect((await delivered("both")).data["tls.key"]).toBe(leaf.keyPem);
  });

  it("may have its key apart from a PKCS#7 with the chain", async () => {
    await world.apply(
      secret("p7b", { "chain.p7b": openSslPkcs7(root, intermediate, leaf), "server.key": leaf.keyPem }),
    );
    await deliver("p7b", { format: "PKCS7", keys: { certificate: "chain.p7b", privateKey: "server.key" } });
    const { object, data } = await delivered("p7b");
    expect(data).toMatchObject({ "tls.crt": leaf.pem + intermediate.pem, "ca.crt": root.pem });
    expect(object.status?.source?.format).toBe("PKCS7");
  });

  it("of an import serves the deployments that refer to it, and a new password runs both at once", async () => {
    await world.apply(
      secret("shared", { "keystore.p12": openSslPkcs12({ alias: "web", leaf, chain: [intermediate] }, password) }),
      secret("shared-password", { value: "not it" }),
      certificateImport("shared", { passwordSecretRef: { name: "shared-password", key: "value" } }),
      deployment(world.home, "of-import", [target("one", world.away, "of-import")], {
        source: undefined,
        certificateRef: { name: "shared" },
      }),
    );
    expect(await message("of-import", "WrongPassword")).toContain("Secret shared, key keystore.p12: ");
    await importReason("shared", "WrongPassword");
    await world.apply(secret("shared-password", { value: password }));
    expect((await delivered("of-import")).data["tls.key"]).toBe(leaf.keyPem);
    expect((await importReason("shared", "Delivered")).status?.source?.format).toBe("PKCS12");
  });
});

function certificateImport(name: string, source: Partial<SourceSpec>): object {
  return {
    ...named("certferry.io/v1alpha1", "CertificateImport", name, world.home),
    spec: {
      source: { secretRef: { name }, ...source },
      storeRef: { name: "apps" },
      kubernetes: { namespace: world.away, name: `import-${name}`, outputs: [{ format: "TLS" }] },
    },
  };
}

function importReason(name: string, reason: string): Promise<CertificateImport> {
  return eventually(`the import ${name} to be ${reason}`, async () => {
    const found = await world.import(name);
    return found.status?.conditions?.some((one) => one.type === "Ready" && one.reason === reason) && found;
  });
}
