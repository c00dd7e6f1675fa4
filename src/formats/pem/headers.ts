import type { DekInfo } from "../key/traditional.ts";

export interface Headers {
  readonly dek: DekInfo | undefined;
  /** Where the base64 starts. */
  readonly end: number;
}

const mostBytes = 4096;

/**
 * The headers at the start of a block's body. Those of an encrypted key are read even where their lines have run together.
 * A string says what is wrong.
 */
export function readHeaders(body: Buffer): Headers | string {
  const colon = body.lastIndexOf(":");
  if (colon < 0) return { dek: undefined, end: 0 };
  if (colon > mostBytes) return "there is a colon in its base64";
  const start = colon + 1;
  const head = body.toString("latin1", 0, start);
  const value = body.toString("latin1", start, start + 256);
  if (!/Proc-Type:\s*4,\s*ENCRYPTED/.test(head + value)) {
    const blankLine = /^[^\r\n]*(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)/.exec(value);
    if (blankLine === null) return "the blank line after its headers is missing";
    return { dek: undefined, end: start + blankLine[0].length };
  }
  const [named = "", cipher = ""] = /^\s*([A-Za-z0-9-]+),\s*/.exec(value) ?? [];
  const digits = 2 * ivBytes(cipher);
  const iv = value.slice(named.length, named.length + digits);
  if (!head.endsWith("DEK-Info:") || iv.length !== digits || !/^[0-9A-Fa-f]+$/.test(iv)) {
    return "it is encrypted, but its last header is not a DEK-Info with a cipher and an initialisation vector";
  }
  return { dek: { cipher: cipher.toUpperCase(), iv: Buffer.from(iv, "hex") }, end: start + named.length + digits };
}

/** Told by the cipher's block size, for where line breaks are lost the base64 may go on with what looks like more digits. */
function ivBytes(cipher: string): number {
  return /^(?:DES|RC2|BF|CAST|IDEA)/i.test(cipher) ? 8 : 16;
}
