import { Reader } from "./asn1/reader.ts";
import { OID, SEQUENCE } from "./asn1/tags.ts";
import { FormatError } from "./errors.ts";
import { jksType } from "./jks/parse.ts";
import { isPkcs12 } from "./pkcs12/pfx.ts";
import { isPkcs7 } from "./pkcs7/decode.ts";
import type { SourceFormat } from "./types.ts";

/** Keystores of Bouncy Castle, which are refused by name. */
type Refused = "BKS" | "UBER" | "BCFKS";

/**
 * The format of a value, told by its bytes and never by a name: Java 9 and later write PKCS#12 into files called `.jks`.
 * What nothing else fits is taken for a text. Throws `FormatError` `UnsupportedStoreType` for BKS, UBER and BCFKS.
 */
export function detect(bytes: Buffer): SourceFormat {
  const found = jksType(bytes) ?? bouncyCastle(bytes) ?? asn1(bytes) ?? "PEM";
  if (found !== "BKS" && found !== "UBER" && found !== "BCFKS") return found;
  const message = `The value is a ${found} keystore of Bouncy Castle, which is not read; convert it to PKCS#12 with keytool -importkeystore.`;
  throw new FormatError("UnsupportedStoreType", message);
}

/** Version 1 or 2, a salt of 20 bytes behind its length, an iteration count; BKS goes on in the clear, UBER does not. */
function bouncyCastle(bytes: Buffer): Refused | undefined {
  if (bytes.length < 40) return undefined;
  const version = bytes.readUInt32BE(0);
  if ((version !== 1 && version !== 2) || bytes.readUInt32BE(4) !== 20) return undefined;
  const kind = bytes[32] ?? 0;
  return kind === 0 || (kind <= 4 && bytes.readUInt16BE(33) < bytes.length - 35) ? "BKS" : "UBER";
}

function asn1(bytes: Buffer): SourceFormat | Refused | undefined {
  if (bytes[0] !== SEQUENCE) return undefined;
  if (isPkcs12(bytes)) return "PKCS12";
  if (isPkcs7(bytes)) return "PKCS7";
  const text = bytes.includes("-----BEGIN ") ? "PEM" : undefined;
  try {
    const outer = Reader.of(bytes, { what: "the value", ber: true });
    const fields = outer.sequence();
    return outer.done ? structure(fields) : (text ?? structure(fields));
  } catch {
    return text ?? "DER";
  }
}

/** The ObjectStore of BCFKS starts with an AlgorithmIdentifier two levels down, and so does what follows. */
function structure(fields: Reader): SourceFormat | Refused {
  if (!fields.is(SEQUENCE)) return "DER";
  const inner = fields.sequence();
  return inner.is(SEQUENCE) && fields.is(SEQUENCE) && inner.sequence().is(OID) ? "BCFKS" : "DER";
}
