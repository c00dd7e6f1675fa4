import { malformed } from "../errors.ts";

export interface Header {
  readonly contentStart: number;
  /** -1 for an indefinite length. */
  readonly length: number;
}

/**
 * Tag and length at `start`. DER allows only the shortest definite length; BER (X.690 8.1.3) also longer and indefinite
 * ones. Tags above 30 do not occur in what is read here.
 */
export function readHeader(buffer: Buffer, start: number, end: number, ber: boolean, what: string): Header {
  const tag = buffer[start] ?? 0;
  if ((tag & 0x1f) === 0x1f) throw malformed(what, start, "a tag number above 30");
  const first = buffer[start + 1];
  if (first === undefined || start + 2 > end) throw malformed(what, start, "it is cut off");
  if (first < 0x80) return within(start + 2, first, end, what, start);
  if (first === 0x80) {
    if (!ber || (tag & 0x20) === 0) throw malformed(what, start, "an indefinite length", "a definite length");
    return { contentStart: start + 2, length: -1 };
  }
  return longForm(buffer, start, end, ber, what);
}

function longForm(buffer: Buffer, start: number, end: number, ber: boolean, what: string): Header {
  const count = (buffer[start + 1] ?? 0) & 0x7f;
  const contentStart = start + 2 + count;
  if (contentStart > end) throw malformed(what, start, "it is cut off");
  let length = 0;
  for (let at = start + 2; at < contentStart; at++) {
    length = length * 256 + (buffer[at] ?? 0);
    if (length > end) throw malformed(what, start, "a length that is larger than the value");
  }
  const shortest = length >= 0x80 && buffer[start + 2] !== 0;
  if (!ber && !shortest) throw malformed(what, start, "a length that is not in its shortest form");
  return within(contentStart, length, end, what, start);
}

function within(contentStart: number, length: number, end: number, what: string, start: number): Header {
  if (contentStart + length > end) {
    throw malformed(what, start, `a length of ${length} bytes, of which only ${end - contentStart} are there`);
  }
  return { contentStart, length };
}
