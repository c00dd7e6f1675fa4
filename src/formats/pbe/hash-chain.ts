import { hash } from "node:crypto";
import { sha1Chain } from "./sha1-chain.ts";
import { sha256Chain } from "./sha256-chain.ts";

/** The long part of every key derivation that node:crypto does not have: a digest hashed again and again. */
export interface HashChain {
  /** As OpenSSL names it. */
  readonly digest: string;
  readonly start: Buffer;
  readonly count: number;
  /** Hashed after the digest in each step, as JCEKS does with the password. */
  readonly suffix?: Buffer | undefined;
}

/** The digest after `count` steps. Blocks the thread. */
export function runHashChain({ digest, start, count, suffix }: HashChain): Buffer {
  if (suffix === undefined && digest === "sha1") return sha1Chain(start, count);
  if (suffix === undefined && digest === "sha256") return sha256Chain(start, count);
  const input = Buffer.concat([start, suffix ?? Buffer.alloc(0)]);
  for (let left = count; left > 0; left--) hash(digest, input, "buffer").copy(input);
  const out = Buffer.from(input.subarray(0, start.length));
  input.fill(0);
  return out;
}
