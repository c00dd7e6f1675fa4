import { FormatError, malformed, sentenceCase } from "../errors.ts";
import { readHeader } from "./header.ts";

/** Where an element of indefinite length ends, its end mark included. Linear: definite elements are stepped over. */
export function elementEnd(buffer: Buffer, start: number, end: number, depth: number, what: string): number {
  let open = 0;
  let at = start;
  do {
    if (at + 2 > end) throw malformed(what, at, "an indefinite length without its end mark", "end of contents");
    if (open > 0 && buffer[at] === 0 && buffer[at + 1] === 0) {
      open--;
      at += 2;
      continue;
    }
    const header = readHeader(buffer, at, end, true, what);
    if (header.length < 0 && ++open > depth) throw tooDeep(what);
    at = header.length < 0 ? header.contentStart : header.contentStart + header.length;
  } while (open > 0);
  return at;
}

export function tooDeep(what: string): FormatError {
  return new FormatError("LimitExceeded", `${sentenceCase(what)} is nested too deeply.`, {
    limit: "depth",
  });
}
