import { Reader } from "../asn1/reader.ts";
import { BIT_STRING, BOOLEAN, context, OCTET_STRING, OID } from "../asn1/tags.ts";
import { oidKey } from "./oid-key.ts";

export interface PlainExtensions {
  /** As Node writes them: `DNS:a`, `IP Address:10.0.0.1`. */
  readonly altNames: readonly string[];
  readonly isCa: boolean;
}

const subjectAltName = oidKey("2.5.29.17");
const basicConstraints = oidKey("2.5.29.19");
const keyUsage = oidKey("2.5.29.15");

/** Reads the rest of a TBSCertificate. */
export function readExtensions(tbs: Reader): PlainExtensions {
  if (tbs.done) return { altNames: [], isCa: false };
  const extensions = tbs.into(context(3)).sequence();
  tbs.finish();
  let altNames: readonly string[] | undefined;
  let ca: boolean | undefined;
  let mayCertify: boolean | undefined;
  while (!extensions.done) {
    const extension = extensions.sequence();
    const id = extension.content(OID).toString("latin1");
    extension.optional(BOOLEAN);
    const value = extension.content(OCTET_STRING);
    if (id === subjectAltName) altNames = once(altNames, readAltNames(contentOf(value)));
    else if (id === basicConstraints) ca = once(ca, readConstraints(contentOf(value)));
    else if (id === keyUsage) mayCertify = once(mayCertify, mayCertifyOf(value));
  }
  return { altNames: altNames ?? [], isCa: ca === true && mayCertify !== false };
}

function once<T>(before: T | undefined, value: T): T {
  if (before !== undefined) throw new Error("an extension that is there twice");
  return value;
}

function contentOf(value: Buffer): Reader {
  const reader = Reader.of(value, { what: "the extension" });
  const content = reader.sequence();
  reader.finish();
  return content;
}

/** Without what Node puts in quotes. */
const plain = /^[!#-&(-+\--[\]-~]+$/;
const kinds = new Map([
  [context(1, false), "email:"],
  [context(2, false), "DNS:"],
  [context(6, false), "URI:"],
]);
const ipAddress = context(7, false);

function readAltNames(names: Reader): string[] {
  const found: string[] = [];
  while (!names.done) {
    const element = names.element();
    const content = names.contentOf(element);
    if (element.tag === ipAddress && content.length === 4) {
      found.push(`IP Address:${content.join(".")}`);
      continue;
    }
    const kind = kinds.get(element.tag);
    const text = content.toString("latin1");
    if (kind === undefined || !plain.test(text)) throw new Error("a name that is not plain");
    found.push(kind + text);
  }
  return found;
}

function readConstraints(constraints: Reader): boolean {
  const ca = constraints.optional(BOOLEAN);
  return ca !== undefined && constraints.contentOf(ca)[0] !== 0;
}

/** Bit 5, keyCertSign (RFC 5280 4.2.1.3). */
function mayCertifyOf(value: Buffer): boolean {
  const bits = Reader.of(value, { what: "the key usage" }).content(BIT_STRING);
  return ((bits[1] ?? 0) & 0x04) !== 0;
}
