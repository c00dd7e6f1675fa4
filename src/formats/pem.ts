import { FormatError } from "./errors.ts";

/** One block of a PEM text. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
  /** Headers as `Proc-Type` stand above the base64: an encrypted key of the traditional kind. */
  readonly encrypted: boolean;
}

const begin = "-----BEGIN ";
const end = "-----END ";
const dashes = "-----";

/**
 * The blocks of a PEM text (RFC 7468), read as people paste it: text around blocks, CRLF or CR, indentation, a byte order
 * mark, no line breaks at all. Linear in the text. Throws `FormatError` `Malformed` with the block that is wrong.
 */
export function scanPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let at = text.indexOf(begin);
  while (at >= 0) {
    const number = blocks.length + 1;
    const labelEnd = text.indexOf(dashes, at + begin.length);
    const label = labelEnd < 0 ? "" : text.slice(at + begin.length, labelEnd);
    if (!/^[A-Z0-9 .]{1,64}$/.test(label)) throw malformed(number, "its BEGIN line is damaged");
    const bodyStart = labelEnd + dashes.length;
    const bodyEnd = text.indexOf(end, bodyStart);
    if (bodyEnd < 0) throw malformed(number, `BEGIN ${label} has no END; the text was cut off`);
    const trailer = `${end}${label}${dashes}`;
    if (!text.startsWith(trailer, bodyEnd)) throw malformed(number, `BEGIN ${label} ends with another label`);
    blocks.push({ label, ...body(text.slice(bodyStart, bodyEnd), number) });
    at = text.indexOf(begin, bodyEnd + trailer.length);
  }
  return blocks;
}

function body(text: string, number: number): { der: Buffer; encrypted: boolean } {
  if (text.includes("\\n")) {
    throw malformed(number, "it holds a backslash and an n where a line break belongs; write real line breaks");
  }
  const encrypted = /^\s*Proc-Type:[^\n]*ENCRYPTED/.test(text);
  const base64 = (encrypted ? text.slice(blankLine(text)) : text).replace(/\s+/g, "");
  if (/[-_]/.test(base64)) throw malformed(number, "it is base64url; PEM needs plain base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0)
    throw malformed(number, "its base64 is damaged");
  return { der: Buffer.from(base64, "base64"), encrypted };
}

function blankLine(text: string): number {
  const match = /\r?\n\s*\r?\n/.exec(text);
  return match === null ? text.length : match.index;
}

function malformed(number: number, what: string): FormatError {
  return new FormatError("Malformed", `PEM block ${number} cannot be read: ${what}.`);
}

/** One PEM block with lines of 64 characters and LF. */
export function writePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `${begin}${label}${dashes}\n${lines.join("\n")}\n${end}${label}${dashes}\n`;
}
