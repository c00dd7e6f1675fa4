import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readByForge } from "../../../interop/forge.ts";
import { readByPkijs, writeByPkijs } from "../../../interop/pkijs.ts";
import { badParameter } from "../http/refusal.ts";
import type { Contents } from "./contents.ts";

/** For a wrong or missing password, PEM without a policy, and what is no PFX (B.5 [C]). */
const unreadable = (): Error =>
  badParameter(
    "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.",
  );

/** By PKI.js where it is encrypted by PBES2, else by node-forge; both check the password by the file's MAC. */
export async function readPfx(value: string, password: string): Promise<Contents> {
  const file = bytesOf(value);
  try {
    const { certificates, keys } = await readByPkijs(file, password).catch(() => readByForge(file, password));
    const [key] = keys;
    if (key === undefined) throw new Error("no private key");
    return {
      key: createPrivateKey({ key, format: "der", type: "pkcs8" }),
      certificates: certificates.map((der) => new X509Certificate(der)),
    };
  } catch {
    throw unreadable();
  }
}

/** Base64 of a PFX with an empty password, as the secret of a certificate has it (B.2). */
export async function writePfx(key: KeyObject | undefined, certificates: readonly X509Certificate[]): Promise<string> {
  const keys = key === undefined ? [] : [key.export({ format: "der", type: "pkcs8" })];
  const file = await writeByPkijs({ certificates: certificates.map(({ raw }) => raw), keys }, "", 1_000);
  return file.toString("base64");
}

function bytesOf(base64: string): Buffer {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw unreadable();
  return Buffer.from(base64, "base64");
}
