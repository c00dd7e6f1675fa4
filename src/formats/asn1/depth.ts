import { readHeader } from "./header.ts";
import { tooDeep } from "./indefinite.ts";
import { CONSTRUCTED } from "./tags.ts";

/**
 * Throws `LimitExceeded` when DER or BER that no reader wants nests deeper than `limit`; damage ends the search. Linear, without
 * recursion.
 */
export function checkDepth(buffer: Buffer, limit: number, what: string): void {
  const ends: number[] = [];
  for (let at = 0; at < buffer.length;) {
    while (at >= (ends.at(-1) ?? Infinity)) ends.pop();
    if (buffer[at] === 0 && buffer[at + 1] === 0 && ends.at(-1) === Infinity) {
      ends.pop();
      at += 2;
      continue;
    }
    const header = headerAt(buffer, at, what);
    if (header === undefined) return;
    const end = header.length < 0 ? Infinity : header.contentStart + header.length;
    const constructed = ((buffer[at] ?? 0) & CONSTRUCTED) !== 0;
    if (constructed && ends.push(end) > limit) throw tooDeep(what);
    at = constructed ? header.contentStart : end;
  }
}

function headerAt(buffer: Buffer, at: number, what: string): { contentStart: number; length: number } | undefined {
  try {
    return readHeader(buffer, at, buffer.length, true, what);
  } catch {
    return undefined;
  }
}
