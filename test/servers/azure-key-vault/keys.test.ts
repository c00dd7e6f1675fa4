/** Which keys the vault takes (B.1 [D]). */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect, it } from "vitest";
import { selfSigned } from "../../fixtures/any-key.ts";
import { pemPolicy, Scene, validity } from "./testing/scene.ts";

async function importing(key: KeyObject, key_props: object = {}, query = "api-version=7.6") {
  const { client } = await Scene.start();
  const { keyPem, pem } = selfSigned(key, validity);
  const policy = { ...pemPolicy, key_props };
  return client.post("/certificates/web/import", { value: keyPem + pem, policy }, { query });
}

const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;

it.each([
  [() => rsa(2048), { kty: "RSA", key_size: 2048 }],
  [() => rsa(3072), { kty: "RSA", key_size: 3072 }],
  [() => rsa(4096), { kty: "RSA", key_size: 4096 }],
  [() => ec("P-256"), { kty: "EC", key_size: 256, crv: "P-256" }],
  [() => ec("P-384"), { kty: "EC", key_size: 384, crv: "P-384" }],
  [() => ec("P-521"), { kty: "EC", key_size: 521, crv: "P-521" }],
  [() => ec("secp256k1"), { kty: "EC", key_size: 256, crv: "P-256K" }],
])("takes a key, and says which it is: %#", async (key, expected) => {
  const { status, json } = await importing(key());

  expect([status, json]).toMatchObject([
    200,
    { policy: { key_props: { exportable: true, reuse_key: false, ...expected } } },
  ]);
});

it.each([
  ["RSA of 1024 bits", () => rsa(1024)],
  ["RSA-PSS", () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey],
  ["Ed25519", () => generateKeyPairSync("ed25519").privateKey],
  ["another curve", () => ec("brainpoolP256r1")],
])("refuses %s", async (_, key) => {
  const { status, json } = await importing(key());

  expect([status, json]).toMatchObject([400, { error: { code: "BadParameter" } }]);
});

it.each([
  ["another type", { kty: "RSA" }],
  ["another size", { kty: "EC", key_size: 384 }],
  ["another curve", { kty: "EC", crv: "P-384" }],
  ["an HSM that a standard vault lacks", { kty: "EC-HSM", exportable: false }],
  ["a symmetric key", { kty: "oct" }],
])("refuses a policy of %s", async (_, key_props) => {
  const { status, json } = await importing(ec("P-256"), key_props);

  expect([status, json]).toMatchObject([400, { error: { code: "BadParameter" } }]);
});

it.each([
  [{ exportable: false }, 200],
  [{ exportable: true }, 400],
  [{}, 400],
])("takes a key into an HSM only when it cannot be exported: %j", async (more, expected) => {
  const { client } = await Scene.start({ sku: "Premium" });
  const { keyPem, pem } = selfSigned(rsa(2048), validity);
  const policy = { ...pemPolicy, key_props: { kty: "RSA-HSM", key_size: 2048, ...more } };

  const { status } = await client.post("/certificates/web/import", { value: keyPem + pem, policy });

  expect(status).toBe(expected);
});

const wraps = 'Unsupported key operation(s): "wrapKey", "unwrapKey". Supported values are "sign", "verify".';
const encrypts = 'Unsupported key operation(s): "encrypt", "decrypt". Supported values are "sign", "verify".';

it.each([
  ["the certificate's key encipherment", 0xa0, undefined, wraps],
  ["the certificate's data encipherment", 0x90, undefined, encrypts],
  ["the policy's key encipherment", 0x80, ["digitalSignature", "keyEncipherment"], wraps],
])("refuses an EC key by %s", async (_, keyUsage, key_usage, message) => {
  const { client } = await Scene.start();
  const { keyPem, pem } = selfSigned(ec("P-256"), { ...validity, keyUsage });
  const policy = { ...pemPolicy, x509_props: { key_usage } };

  const { status, json } = await client.post("/certificates/web/import", { value: keyPem + pem, policy });

  expect([status, json]).toEqual([400, { error: { code: "BadParameter", message } }]);
});

it.each([
  ["an EC key whose policy speaks of signing alone", () => ec("P-256"), 0xa0, ["digitalSignature"]],
  ["an EC key that agrees on keys", () => ec("P-256"), 0x88, undefined],
  ["an RSA key that enciphers", () => rsa(2048), 0xb0, undefined],
])("takes %s", async (_, key, keyUsage, key_usage) => {
  const { client } = await Scene.start();
  const { keyPem, pem } = selfSigned(key(), { ...validity, keyUsage });
  const policy = { ...pemPolicy, x509_props: { key_usage } };

  expect((await client.post("/certificates/web/import", { value: keyPem + pem, policy })).status).toBe(200);
});

it("knows no curves before 7.0", async () => {
  expect((await importing(ec("P-256"), {}, "api-version=2016-10-01")).status).toBe(400);
  expect((await importing(rsa(2048), {}, "api-version=2016-10-01")).status).toBe(200);
});
