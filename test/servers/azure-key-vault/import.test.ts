import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { selfSigned } from "../../fixtures/any-key.ts";
import { bundle, identityFor, pemPolicy, Scene, validity, versionOf } from "./testing/scene.ts";

const path = "/certificates/web/import";
const pfxUnreadable =
  "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.";

async function withPfx() {
  const scene = await Scene.start();
  const { pfx: value, leaf } = await identityFor("leaf.example.test");
  const send = (more: object = {}, name = "web") =>
    scene.client.post(`/certificates/${name}/import`, { value, pwd: "s3cret", ...more });
  return { scene, leaf, send, imported: () => scene.server.vault.certificates.all().length };
}

it("takes a PFX without policy, and makes one of the certificate", async () => {
  const { send, leaf } = await withPfx();

  const { cer, policy } = bundle(await send());

  expect(cer).toBe(Buffer.from(leaf.certificate.rawData).toString("base64"));
  expect(policy).toMatchObject({
    key_props: { exportable: true, kty: "EC", crv: "P-256", key_size: 256, reuse_key: false },
    secret_props: { contentType: "application/x-pkcs12" },
    x509_props: { subject: "CN=leaf.example.test", validity_months: 3 },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
    issuer: { name: "Unknown" },
  });
});

it.each([
  ["no password", { pwd: undefined }],
  ["what is no base64", { value: "MII?" }],
  ["what is no PFX", { value: "bm9uc2Vuc2U=" }],
])("cannot read a PFX: %s", async (_, more) => {
  const { send, imported } = await withPfx();

  const { status, json } = await send(more);

  expect([status, json]).toEqual([400, { error: { code: "BadParameter", message: pfxUnreadable } }]);
  expect(imported()).toBe(0);
});

it("takes attributes in UNIX seconds, and no other times", async () => {
  const { send } = await withPfx();

  const { attributes } = bundle(await send({ attributes: { enabled: false, nbf: 1_795_300_000, exp: 1_800_000_000 } }));

  expect(attributes).toMatchObject({ enabled: false, nbf: 1_795_300_000, exp: 1_800_000_000 });
  expect((await send({ attributes: { exp: "2027-01-01T00:00:00Z" } })).json).toEqual({
    error: { code: "BadParameter", message: "Property attributes has invalid value\r\n" },
  });
});

function tags(count: number, name = (at: number) => `tag-${at}`, value = "v"): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [name(at), value]));
}

it.each([
  ["15 tags", tags(15), 200],
  ["16 tags", tags(16), 400],
  ["a value of 256 characters", tags(1, undefined, "v".repeat(256)), 200],
  ["a value of 257 characters", tags(1, undefined, "v".repeat(257)), 400],
  ["a name of 257 characters", tags(1, () => "n".repeat(257)), 400],
])("limits tags: %s", async (_, given, expected) => {
  const { send } = await withPfx();

  const { status, json } = await send({ tags: given });

  expect(status).toBe(expected);
  const refusal = { error: { code: "BadParameter", message: "Property  has invalid value\r\n" } };
  expect(json).toMatchObject(expected === 200 ? { tags: given } : refusal);
});

it("gives each version tags of its own", async () => {
  const { send, scene } = await withPfx();
  const first = bundle(await send({ tags: { owner: "a" } }));
  const second = bundle(await send());

  expect(second.tags).toBeUndefined();
  expect(bundle(await scene.client.get(`/certificates/web/${versionOf(first)}`)).tags).toEqual({ owner: "a" });
});

it("limits the password to 200 characters", async () => {
  const { send } = await withPfx();

  expect((await send({ pwd: "x".repeat(201) })).json).toEqual({
    error: { code: "BadParameter", message: "Property pwd has invalid value\r\n" },
  });
});

it.each([
  [200, 200],
  [201, 400],
])("limits the certificate's subject to 200 characters: %i", async (length, expected) => {
  const { client } = await Scene.start();
  const subject = "x".repeat(length - "CN=".length);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { keyPem, pem } = selfSigned(privateKey, { ...validity, subject });

  const { status, json } = await client.post(path, { value: keyPem + pem, policy: pemPolicy });

  expect(status).toBe(expected);
  expect((json as { error?: { message: string } }).error?.message).toBe(
    expected === 200
      ? undefined
      : "The specified X.509 certificate content is invalid. Error: One or more X.509 properties are invalid.",
  );
});

it.each(["a.b", "a_b", "*", "x".repeat(128)])("refuses the name %s", async (name) => {
  const { send } = await withPfx();

  const { status, json } = await send({}, name);

  expect([status, json]).toEqual([
    400,
    { error: { code: "BadParameter", message: `The request URI contains an invalid name: ${name}` } },
  ]);
});

it("takes a name of 127 characters", async () => {
  const { send } = await withPfx();

  expect((await send({}, "x".repeat(127))).status).toBe(200);
});

it("knows names without case", async () => {
  const { send, scene } = await withPfx();
  await send();

  await send({}, "WEB");

  expect(scene.server.vault.certificates.find("web")?.versions).toHaveLength(2);
  expect((await scene.client.get("/certificates/Web/")).status).toBe(200);
});

it("is kept from the name of a key and of a secret", async () => {
  const { send, scene, imported } = await withPfx();
  scene.server.vault.keys.add("key");
  scene.server.vault.secrets.set("secret", "value");

  for (const name of ["key", "Key", "secret", "SECRET"]) {
    const { status, json } = await send({}, name);
    expect([status, json]).toMatchObject([409, { error: { code: "Conflict" } }]);
  }
  expect(imported()).toBe(0);
});

it.each([
  ["what is no JSON", "{"],
  ["no value", {}],
  ["a value that is no text", { value: 1 }],
])("refuses a body: %s", async (_, body) => {
  const { client } = await Scene.start();

  const { status, json } = await client.post(path, body);

  expect([status, json]).toMatchObject([400, { error: { code: "BadParameter" } }]);
});

it("passes over members that it does not know", async () => {
  const { send } = await withPfx();

  expect((await send({ nonsense: true, policy: undefined })).status).toBe(200);
});
