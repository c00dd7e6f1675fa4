import { createHmac, randomBytes } from "node:crypto";
import { integer, nothing, octetString, oid, sequence } from "../asn1/writer.ts";
import { hmacSha256, pbkdf2Algorithm } from "../pbe/encrypt.ts";
import { pbkdf2Key } from "../pbe/kdf.ts";
import type { PasswordForms } from "../pbe/password.ts";
import { pkcs12Kdf, purposes } from "../pbe/pkcs12-kdf.ts";
import * as oids from "./oids.ts";

/** Gives MacData over the AuthenticatedSafe. For one use. */
export type PreparedMac = (authSafe: Buffer) => Buffer;

const classic = {
  sha1: { bytes: 20, oid: "1.3.14.3.2.26", saltBytes: 8 },
  sha256: { bytes: 32, oid: "2.16.840.1.101.3.4.2.1", saltBytes: 16 },
} as const;

export async function prepareMac(
  mac: keyof typeof classic | "PBMAC1",
  password: PasswordForms,
  iterations: number,
  signal: AbortSignal | undefined,
): Promise<PreparedMac> {
  if (mac === "PBMAC1") return preparePbmac1(password, iterations, signal);
  const { bytes, oid: digestOid, saltBytes } = classic[mac];
  const [bmp = Buffer.alloc(0)] = password.bmp;
  const salt = randomBytes(saltBytes);
  const input = { digest: mac, password: bmp, salt, iterations, purpose: purposes.mac, bytes };
  const key = await pkcs12Kdf(input, signal);
  const algorithm = sequence(oid(digestOid), nothing());
  return (authSafe) => {
    const digest = hmac(mac, key, authSafe);
    return sequence(sequence(algorithm, octetString(digest)), octetString(salt), integer(iterations));
  };
}

/** RFC 9579. Salt and iterations of MacData itself must be there and mean nothing. */
async function preparePbmac1(
  { octets: [password = Buffer.alloc(0)] }: PasswordForms,
  iterations: number,
  signal: AbortSignal | undefined,
): Promise<PreparedMac> {
  const salt = randomBytes(16);
  const key = await pbkdf2Key({ password, salt, iterations, bytes: 32, digest: "sha256" }, signal);
  const algorithm = sequence(oid(oids.pbmac1), sequence(pbkdf2Algorithm(salt, iterations, 32), hmacSha256));
  return (authSafe) => {
    const digest = hmac("sha256", key, authSafe);
    return sequence(sequence(algorithm, octetString(digest)), octetString(Buffer.from("NOT USED")));
  };
}

function hmac(digest: string, key: Buffer, content: Buffer): Buffer {
  const value = createHmac(digest, key).update(content).digest();
  key.fill(0);
  return value;
}
