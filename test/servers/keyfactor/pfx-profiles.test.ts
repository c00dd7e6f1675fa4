import { webcrypto } from "node:crypto";
import { expect, it } from "vitest";
import { type Bundle, encode } from "../../../src/formats/index.ts";
import { issue } from "../../fixtures/pki.ts";
import { Scene } from "./testing/scene.ts";

const rsaKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign", "verify"],
  );

/** What a store's `pfxProfile` may be, with the keys that most certificates have. */
it.each([
  ["LegacyDES", "EC"],
  ["LegacyDES", "RSA"],
  ["Modern2023", "EC"],
  ["Modern2023", "RSA"],
] as const)("takes a PKCS#12 of our profile %s with an %s key", async (profile, type) => {
  const scene = await Scene.start();
  const ca = await issue({ subject: "CN=Test CA", ca: true });
  const leaf = await issue({ subject: "CN=web", issuer: ca, ...(type === "RSA" ? { keys: await rsaKeys() } : {}) });
  const password = Buffer.from("s3cret");
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", leaf.keys.privateKey));
  const leafDer = Buffer.from(leaf.certificate.rawData);
  const bundle: Bundle = { leaf: leafDer, chain: [Buffer.from(ca.certificate.rawData)], key, trusted: [] };
  const file = await encode(bundle, { format: "PKCS12", profile, password, alias: "web" });

  const Certificate = Buffer.from(file).toString("base64");
  const { status } = await scene.client.post("/Certificates/Import", { Certificate, Password: "s3cret" });

  expect(status).toBe(200);
  const [record] = scene.server.command.certificates.all();
  expect(record?.x509.raw.equals(leafDer)).toBe(true);
  expect(record?.key && record.x509.checkPrivateKey(record.key)).toBe(true);
});
