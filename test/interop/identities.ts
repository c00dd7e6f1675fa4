import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./tool.ts";

/** A self-signed certificate with its key, as files of OpenSSL's and as bytes. */
export interface Identity {
  readonly type: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly key: KeyObject;
  readonly pkcs8: Buffer;
  readonly certificate: Buffer;
}

const makers: Readonly<Record<string, () => { privateKey: KeyObject }>> = {
  "RSA 2048": () => generateKeyPairSync("rsa", { modulusLength: 2_048 }),
  "RSA-PSS 2048": () => generateKeyPairSync("rsa-pss", { modulusLength: 2_048 }),
  "EC P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "EC P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "EC P-521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  "EC secp256k1": () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
  Ed448: () => generateKeyPairSync("ed448"),
  DSA: () => generateKeyPairSync("dsa", { modulusLength: 1_024, divisorLength: 160 }),
};

export const keyTypes = Object.keys(makers);

/** One identity of each type of key, in `folder`. Needs openssl. */
export function identitiesIn(folder: string): Promise<Identity[]> {
  return Promise.all(keyTypes.map((type) => identityIn(folder, type)));
}

async function identityIn(folder: string, type: string): Promise<Identity> {
  const name = type.replaceAll(" ", "-");
  const [keyFile, certificateFile] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const key = makers[type]?.().privateKey;
  if (key === undefined) throw new Error(`no type of key: ${type}`);
  await writeFile(keyFile, key.export({ format: "pem", type: "pkcs8" }));
  const subject = ["-subj", `/CN=${name}`, "-days", "3650"];
  await run("openssl", ["req", "-x509", "-new", "-key", keyFile, ...subject, "-out", certificateFile]);
  const certificate = new X509Certificate(await run("openssl", ["x509", "-in", certificateFile])).raw;
  return { type, keyFile, certificateFile, key, pkcs8: key.export({ format: "der", type: "pkcs8" }), certificate };
}
