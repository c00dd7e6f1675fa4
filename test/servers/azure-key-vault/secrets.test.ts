/** The secret that is made with a certificate: its chain and its key (B.2). */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { expect, it } from "vitest";
import { readByPkijs } from "../../interop/pkijs.ts";
import { bundle, identityFor, pemPolicy, Scene, versionOf } from "./testing/scene.ts";

interface Secret {
  readonly id: string;
  readonly kid: string;
  readonly value: string;
  readonly contentType: string;
  readonly managed: boolean;
  readonly attributes: object;
  readonly tags?: object;
}

async function withPem(policy: object = {}) {
  const scene = await Scene.start();
  const identity = await identityFor("leaf.example.test");
  const body = { value: identity.pem, policy: { ...pemPolicy, ...policy }, tags: { owner: "web" } };
  const imported = bundle(await scene.client.post("/certificates/web/import", body));
  const secret = async (version = "") => (await scene.client.get(`/secrets/web/${version}`)).json as Secret;
  return { scene, identity, imported, secret };
}

it("is a PEM: the key, then the certificates, the leaf first", async () => {
  const { identity, imported, secret } = await withPem();

  const read = await secret();

  expect(read).toMatchObject({
    id: imported.id.replace("/certificates/", "/secrets/"),
    kid: imported.id.replace("/certificates/", "/keys/"),
    contentType: "application/x-pem-file",
    managed: true,
    attributes: imported.attributes,
    tags: { owner: "web" },
  });
  expect(read.value).toBe(identity.pem);
});

it("is a PFX with an empty password", async () => {
  const scene = await Scene.start();
  const { pfx: value, root, intermediate, leaf } = await identityFor("leaf.example.test");
  await scene.client.post("/certificates/web/import", { value, pwd: "s3cret" });

  const secret = (await scene.client.get("/secrets/web/")).json as Secret;

  expect(secret.contentType).toBe("application/x-pkcs12");
  const { certificates, keys } = await readByPkijs(Buffer.from(secret.value, "base64"), "");
  const subjects = certificates.map((der) => new X509Certificate(der).subject);
  expect(subjects).toEqual(["CN=leaf.example.test", "CN=Test Root", "CN=Test Intermediate"]);
  expect(certificates).toEqual([leaf, root, intermediate].map(({ certificate }) => Buffer.from(certificate.rawData)));
  const [key = Buffer.alloc(0)] = keys;
  const pem = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" });
  expect(pem).toBe(leaf.keyPem);
  // OpenSSL agrees about the empty password.
  expect(() => createSecureContext({ pfx: Buffer.from(secret.value, "base64"), passphrase: "" })).not.toThrow();
});

it("keeps a key that cannot be exported to itself", async () => {
  const { identity, secret } = await withPem({ key_props: { exportable: false } });

  expect((await secret()).value).toBe(identity.leaf.pem + identity.intermediate.pem);
});

it("is there for each version", async () => {
  const { scene, imported, secret } = await withPem();
  await scene.imported();

  expect((await secret(versionOf(imported))).contentType).toBe("application/x-pem-file");
  expect((await secret()).contentType).toBe("application/x-pkcs12");
  expect((await scene.client.get(`/secrets/web/${"0".repeat(32)}`)).status).toBe(404);
});

it("cannot be read while it is disabled", async () => {
  const { scene } = await withPem();
  await scene.client.patch("/certificates/web/", { attributes: { enabled: false } });

  const { status, json } = await scene.client.get("/secrets/web/");

  expect([status, json]).toEqual([
    403,
    {
      error: {
        code: "Forbidden",
        message: "Operation get is not allowed on a disabled secret.",
        innererror: { code: "SecretDisabled" },
      },
    },
  ]);
  expect((await scene.client.get("/certificates/web/")).status).toBe(200);
});

it("goes with its certificate", async () => {
  const { scene } = await withPem();
  await scene.client.delete("/certificates/web");

  expect(await scene.client.get("/secrets/web/")).toMatchObject({
    status: 404,
    json: { error: { code: "SecretNotFound" } },
  });
});

it("may be somebody's who has no certificate there", async () => {
  const { client, server } = await Scene.start();
  server.vault.secrets.set("other", "value");

  expect(await client.get("/secrets/other/")).toMatchObject({ status: 200, json: { value: "value" } });
});

it("is listed without its value, and so is the key", async () => {
  const { scene, imported } = await withPem();
  const second = await scene.imported();
  const ids = (kind: string) => [imported, second].map(({ id }) => id.replace("/certificates/", `/${kind}/`));

  expect((await scene.client.get("/secrets/web/versions")).json).toEqual({
    value: ids("secrets").map((id) => ({ id })),
    nextLink: null,
  });
  expect((await scene.client.get("/keys/web/versions")).json).toEqual({
    value: ids("keys").map((kid) => ({ kid })),
    nextLink: null,
  });
});

it.each([
  ["keys", "a key", "kid"],
  ["secrets", "a secret", "id"],
])("lists in %s whether %s of somebody else has a name", async (kind, _, member) => {
  const { client, server } = await Scene.start();
  server.vault.keys.add("a");
  server.vault.secrets.set("a", "value");

  expect((await client.get(`/${kind}/a/versions`)).json).toEqual({
    value: [{ [member]: expect.stringMatching(new RegExp(`^${server.url}/${kind}/a/[0-9a-f]{32}$`)) as string }],
    nextLink: null,
  });
  expect((await client.get(`/${kind}/b/versions`)).json).toEqual({ value: [], nextLink: null });
});
