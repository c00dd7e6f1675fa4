import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { expect, it } from "vitest";
import { type SelfSigned, selfSigned } from "../../fixtures/any-key.ts";
import { bundle, identityFor, pemPolicy, Scene, validity } from "./testing/scene.ts";

const path = "/certificates/web/import";
const unexpected =
  "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate is in valid PEM format.";
const unreadable = expect.stringMatching(
  /^The specified PEM X\.509 certificate content can not be read\. .*Accepted formats: PEM content or Base64 encoded PEM content\.$/,
) as string;

function made(key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey): SelfSigned {
  return selfSigned(key, validity);
}

async function importing(value: string, more: object = {}) {
  const { client, server } = await Scene.start();
  const { status, json } = await client.post(path, { value, policy: pemPolicy, ...more });
  const { error } = json as { error?: { code: string; message: string } };
  return { status, error, json, server };
}

it("takes the PEM itself, and its base64", async () => {
  const { pem, leaf } = await identityFor("leaf.example.test");
  const cer = Buffer.from(leaf.certificate.rawData).toString("base64");

  for (const value of [pem, Buffer.from(pem).toString("base64")]) {
    expect((await importing(value)).json).toMatchObject({ cer });
  }
});

it("takes the certificate before the key", async () => {
  const { leaf } = await identityFor("leaf.example.test");

  expect((await importing(`${leaf.pem}${leaf.keyPem}`)).status).toBe(200);
});

it("moves the leaf to the front, unless the order is to be kept", async () => {
  const { leaf, intermediate } = await identityFor("leaf.example.test");
  const value = `${leaf.keyPem}${intermediate.pem}${leaf.pem}`;
  const subjects = async (more: object) => {
    const { server, json } = await importing(value, more);
    expect(json).toMatchObject({ cer: Buffer.from(leaf.certificate.rawData).toString("base64") });
    return server.vault.certificates.find("web")?.versions[0]?.chain.map(({ subject }) => subject);
  };

  expect(await subjects({})).toEqual(["CN=leaf.example.test", "CN=Test Intermediate"]);
  expect(await subjects({ preserveCertOrder: true })).toEqual(["CN=Test Intermediate", "CN=leaf.example.test"]);
});

const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

it.each<[string, (file: SelfSigned) => string]>([
  ["a SEC1 key", ({ key, pem }) => String(key.export({ format: "pem", type: "sec1" })) + pem],
  ["lines that end with CRLF", ({ keyPem, pem }) => (keyPem + pem).replaceAll("\n", "\r\n")],
  ["a blank line", ({ keyPem, pem }) => `${keyPem}\n${pem}`],
  ["text between", ({ keyPem, pem }) => `${keyPem}subject=CN = leaf\n${pem}`],
  ["parameters of a curve", ({ keyPem, pem }) => parameters + keyPem + pem],
  ["two keys", ({ keyPem, pem }) => keyPem + keyPem + pem],
])("refuses %s", async (_, value) => {
  const { status, error, server } = await importing(value(made()));

  expect([status, error]).toEqual([400, { code: "BadParameter", message: unexpected }]);
  expect(server.vault.certificates.all()).toEqual([]);
});

it("refuses a PKCS#1 key", async () => {
  const { key, pem } = made(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);

  const { error } = await importing(String(key.export({ format: "pem", type: "pkcs1" })) + pem);

  expect(error).toEqual({ code: "BadParameter", message: unexpected });
});

const noCertificate = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";

it.each<[string, (file: SelfSigned) => string]>([
  ["a certificate without key", ({ pem }) => pem],
  ["a key without certificate", ({ keyPem }) => keyPem],
  ["what is no PEM", () => "bm9uc2Vuc2U="],
  ["what is no certificate", ({ keyPem }) => keyPem + noCertificate],
])("cannot read %s", async (_, value) => {
  const { status, error } = await importing(value(made()));

  expect([status, error]).toEqual([400, { code: "BadParameter", message: unreadable }]);
});

it("takes a PEM for a PFX when no policy says otherwise", async () => {
  const { keyPem, pem } = made();

  const { status, error } = await importing(keyPem + pem, { policy: undefined });

  expect([status, error?.message]).toEqual([
    400,
    "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.",
  ]);
});

it("refuses a key of another certificate", async () => {
  const { status, error } = await importing(made().keyPem + made().pem);

  expect([status, error?.code]).toEqual([400, "BadParameter"]);
});

it("refuses a certificate that has expired", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { keyPem, pem } = selfSigned(privateKey, {
    notBefore: new Date("2026-08-01T00:00:00Z"),
    notAfter: new Date("2026-11-22T02:59:59Z"),
  });

  const { status, error } = await importing(keyPem + pem);

  expect([status, error?.code]).toEqual([400, "BadParameter"]);
});

it("takes a certificate that is not valid yet", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { keyPem, pem } = selfSigned(privateKey, {
    notBefore: new Date("2026-12-01T00:00:00Z"),
    notAfter: new Date("2027-12-01T00:00:00Z"),
  });

  expect((await importing(keyPem + pem)).status).toBe(200);
});

it("opens a key that SHA-1 and Triple DES encrypt, with the password", async () => {
  const { pem, keyPem } = made();
  const plain = forge.asn1.fromDer(forge.pem.decode(keyPem)[0]?.body ?? "");
  const info = forge.pki.encryptPrivateKeyInfo(plain, "s3cret", { algorithm: "3des" });
  const encrypted = forge.pki.encryptedPrivateKeyToPem(info).replaceAll("\r", "");

  expect((await importing(encrypted + pem, { pwd: "s3cret" })).status).toBe(200);
  expect((await importing(encrypted + pem, { pwd: "wrong" })).error?.message).toBe(unexpected);
});

it("does not open a key that AES encrypts", async () => {
  const { pem, key } = made();
  const encrypted = String(key.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "s3cret" }));

  expect((await importing(encrypted + pem, { pwd: "s3cret" })).error?.message).toBe(unexpected);
});

it("makes a version of the same bytes each time", async () => {
  const { client, server } = await Scene.start();
  const { pem: value } = await identityFor("leaf.example.test");
  const send = async () => bundle(await client.post(path, { value, policy: pemPolicy })).id;

  expect(await send()).not.toBe(await send());

  expect(server.vault.certificates.find("web")?.versions).toHaveLength(2);
});
