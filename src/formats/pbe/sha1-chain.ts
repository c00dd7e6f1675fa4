import { sha1Block, sha1Start } from "./sha1-block.ts";

const w = new Int32Array(80);

/** SHA-1 of SHA-1 of ... of one digest, `count` times. */
export function sha1Chain(digest: Buffer, count: number): Buffer {
  const state = Int32Array.from({ length: 5 }, (_, i) => digest.readInt32BE(4 * i));
  for (let left = count; left > 0; left--) {
    w.set(state);
    w.fill(0, 6, 15);
    w[5] = 0x80000000;
    w[15] = 160;
    state.set(sha1Start);
    sha1Block(state, w);
  }
  const out = Buffer.allocUnsafe(20);
  for (const [i, word] of state.entries()) out.writeInt32BE(word, 4 * i);
  state.fill(0);
  w.fill(0);
  return out;
}
