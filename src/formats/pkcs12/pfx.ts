import { Reader } from "../asn1/reader.ts";
import { context } from "../asn1/tags.ts";
import { FormatError } from "../errors.ts";
import { type MacData, readMacData } from "./mac-data.ts";
import * as oids from "./oids.ts";

/** A PFX (RFC 7292, section 4), before anything is decrypted. */
export interface Pfx {
  /** The AuthenticatedSafe, which is what the MAC covers. */
  readonly authSafe: Buffer;
  readonly mac: MacData | undefined;
  /** Bytes after the end. OpenSSL passes over them, and so do we. */
  readonly trailing: number;
}

/** Throws `FormatError` `Malformed` or `UnsupportedAlgorithm`. */
export function readPfx(bytes: Buffer, depth: number): Pfx {
  const outer = Reader.of(bytes, { what: "the PKCS#12 keystore", ber: true, depth });
  const pfx = outer.sequence();
  const at = pfx.offset;
  if (pfx.small("the version") !== 3) pfx.fail("the version of a PKCS#12 keystore is not 3", at);
  const content = pfx.sequence();
  const type = content.oid();
  if (type !== oids.data) throw otherIntegrity(type);
  const authSafe = content.into(context(0)).octets();
  content.finish();
  const mac = pfx.done ? undefined : readMacData(pfx);
  pfx.finish();
  return { authSafe, mac, trailing: bytes.length - outer.offset };
}

/** Tells a PFX by its first bytes, so that one that is damaged later is still called what it is. */
export function isPkcs12(bytes: Buffer): boolean {
  const length = bytes[1] ?? 0;
  const header = length > 0x80 ? 2 + (length & 0x7f) : 2;
  return bytes[0] === 0x30 && bytes.subarray(header, header + 3).equals(Buffer.of(0x02, 0x01, 0x03));
}

function otherIntegrity(oid: string): FormatError {
  const algorithm = "a signature in place of a MAC";
  const message = `The PKCS#12 keystore is protected by ${algorithm} (${oid}), which is not read; export it with a password.`;
  return new FormatError("UnsupportedAlgorithm", message, { oid, algorithm });
}
