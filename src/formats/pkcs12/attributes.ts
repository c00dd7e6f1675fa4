import type { Reader } from "../asn1/reader.ts";
import { BMP_STRING, OCTET_STRING, UTF8_STRING } from "../asn1/tags.ts";
import * as oids from "./oids.ts";

/** The attributes of a bag that matter here. */
export interface BagAttributes {
  readonly friendlyName?: string | undefined;
  /** Joins a key and its certificate; hexadecimal. */
  readonly localKeyId?: string | undefined;
  readonly trusted: boolean;
}

/** PKCS12Attributes (RFC 7292, section 4.2). Others are passed over; of two of a kind the first counts. */
export function readAttributes(reader: Reader): BagAttributes {
  let friendlyName: string | undefined;
  let localKeyId: string | undefined;
  let trusted = false;
  while (!reader.done) {
    const attribute = reader.sequence();
    const type = attribute.oid();
    const values = attribute.set();
    if (type === oids.trustedKeyUsage) trusted = true;
    else if (type === oids.friendlyName) friendlyName ??= text(values);
    else if (type === oids.localKeyId && values.is(OCTET_STRING)) localKeyId ??= values.octets().toString("hex");
  }
  return { friendlyName, localKeyId, trusted };
}

/** A BMPString by the standard; some write UTF-8, Windows a zero at the end. An empty name is none. */
function text(values: Reader): string | undefined {
  const name = values.is(BMP_STRING)
    ? utf16(values.content(BMP_STRING))
    : values.is(UTF8_STRING)
      ? values.content(UTF8_STRING).toString("utf8")
      : "";
  const trimmed = name.replace(/\0+$/, "");
  return trimmed === "" ? undefined : trimmed;
}

function utf16(content: Buffer): string {
  const even = Buffer.from(content.subarray(0, content.length - (content.length % 2)));
  return even.swap16().toString("utf16le");
}
