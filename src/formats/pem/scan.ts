import { FormatError } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";
import type { DekInfo } from "../key/traditional.ts";
import { readHeaders } from "./headers.ts";

/** One block of a PEM text. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
  /** Of a private key that is encrypted the way before PKCS#8. */
  readonly dek?: DekInfo;
  /** `PEM block 2 (line 21)`. */
  readonly where: string;
}

const begin = "-----BEGIN ";
const end = "-----END ";
const dashes = "-----";

/**
 * The blocks of a PEM text (RFC 7468) as people paste it: text around blocks, CRLF or CR, indentation, a byte order mark, no
 * line breaks at all, blocks glued together. Linear in the text. Throws `FormatError` `Malformed` with the block that is
 * wrong and what to do.
 */
export function* scanPem(text: Buffer): Generator<PemBlock, void> {
  const lines = new LineCounter(text);
  let at = text.indexOf(begin);
  for (let number = 1; at >= 0; number++) {
    const where = `PEM block ${number} (line ${lines.at(at)})`;
    const fail = (offset: number, problem: string): FormatError => damaged(where, offset, problem, lines);
    const label = readLabel(text, at + begin.length);
    if (label === undefined) throw fail(at, "its BEGIN line is damaged");
    const bodyStart = at + begin.length + label.length + dashes.length;
    const bodyEnd = text.indexOf(dashes, bodyStart);
    const trailer = bodyEnd < 0 ? "" : text.toString("latin1", bodyEnd, bodyEnd + end.length + 64 + dashes.length);
    if (!trailer.startsWith(end)) throw fail(at, unfinished(label, trailer));
    if (!trailer.startsWith(`${end}${label}${dashes}`)) throw fail(bodyEnd, otherEnd(label, trailer));
    const body = text.subarray(bodyStart, bodyEnd);
    const headers = readHeaders(body);
    if (typeof headers === "string") throw fail(bodyStart, headers);
    const der = decodeBase64(body.subarray(headers.end));
    if (!Buffer.isBuffer(der)) throw fail(bodyStart + headers.end + der.offset, der.problem);
    yield { label, der, where, ...(headers.dek === undefined ? {} : { dek: headers.dek }) };
    // From the END's own dashes on: glued blocks may share them.
    at = text.indexOf(begin, bodyEnd + end.length + label.length);
  }
}

function readLabel(text: Buffer, start: number): string | undefined {
  return /^([A-Z0-9 .#]{1,64})-----/.exec(text.toString("latin1", start, start + 64 + dashes.length))?.[1];
}

function unfinished(label: string, next: string): string {
  if (next === "") return `BEGIN ${label} has no END: the text was cut off`;
  if (next.startsWith(begin)) return `BEGIN ${label} has no END before the next BEGIN: a part of the text is missing`;
  return `BEGIN ${label} is followed by dashes that are no END line`;
}

function otherEnd(label: string, trailer: string): string {
  const other = /^-----END ([A-Z0-9 .#]{1,64})-----/.exec(trailer)?.[1];
  if (other === undefined) return `the END line of ${label} is cut off or damaged`;
  return `BEGIN ${label} ends with END ${other}: a part of the text is missing, or two blocks were mixed up`;
}

function damaged(where: string, offset: number, problem: string, lines: LineCounter): FormatError {
  return new FormatError("Malformed", `${where} cannot be read, at line ${lines.at(offset)}: ${problem}.`, { offset });
}

/** Line numbers of growing offsets, every byte looked at once. */
class LineCounter {
  private readonly text: Buffer;
  private position = 0;
  private line = 1;

  constructor(text: Buffer) {
    this.text = text;
  }

  at(offset: number): number {
    for (; this.position < offset; this.position++) {
      const byte = this.text[this.position];
      if (byte === 0x0a || (byte === 0x0d && this.text[this.position + 1] !== 0x0a)) this.line++;
    }
    return this.line;
  }
}
