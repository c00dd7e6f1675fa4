import type { Reader } from "../asn1/reader.ts";
import { unsupported } from "../errors.ts";
import { readAlgorithm, strangers } from "../pbe/algorithm.ts";
import { digests, hmacs } from "../pbe/digests.ts";
import { type Kdf, positive, readKdf } from "../pbe/kdf.ts";
import * as oids from "./oids.ts";

/** MacData (RFC 7292, section 4) with the parameters of either kind. */
export type MacData = ClassicMac | Pbmac1;

/** HMAC with a key out of the PKCS#12 KDF. */
export interface ClassicMac {
  readonly kind: "classic";
  readonly digest: string;
  readonly value: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** RFC 9579. Salt and iterations of MacData itself mean nothing then; Go writes 0 iterations. */
export interface Pbmac1 {
  readonly kind: "PBMAC1";
  readonly digest: string;
  readonly value: Buffer;
  readonly kdf: Kdf;
  readonly keyBytes: number;
}

/** RFC 9579 wants the digest's size; Bouncy Castle writes 256 bytes, and the work is charged. */
const longestKey = 256;
/** RFC 9579, section 5. */
const shortestKey = 20;

export function readMacData(pfx: Reader): MacData {
  const reader = pfx.sequence();
  const digestInfo = reader.sequence();
  const { oid, parameters } = readAlgorithm(digestInfo);
  const value = digestInfo.octets();
  digestInfo.finish();
  const salt = reader.octets();
  if (oid === oids.pbmac1) return { kind: "PBMAC1", value, ...readPbmac1(parameters.sequence()) };
  const iterations = reader.done ? 1 : positive(reader, "the iteration count of the MAC");
  reader.finish();
  const digest = digests[oid];
  if (digest === undefined) throw unsupported("MAC", oid, strangers[oid]);
  return { kind: "classic", digest, value, salt, iterations };
}

/** PBMAC1-params (RFC 8018 A.5). */
function readPbmac1(reader: Reader): Pick<Pbmac1, "digest" | "kdf" | "keyBytes"> {
  const at = reader.offset;
  const kdf = readKdf(readAlgorithm(reader));
  const scheme = readAlgorithm(reader);
  reader.finish();
  const { keyBytes } = kdf;
  if (keyBytes === undefined) reader.fail("PBMAC1 needs the length of its key", at);
  if (keyBytes < shortestKey || keyBytes > longestKey) {
    reader.fail(`the key of PBMAC1 has ${keyBytes} bytes; ${shortestKey} to ${longestKey} are allowed`, at);
  }
  const digest = hmacs[scheme.oid];
  if (digest === undefined) throw unsupported("MAC", scheme.oid, strangers[scheme.oid]);
  return { digest, kdf, keyBytes };
}
