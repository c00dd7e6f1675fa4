import { sha1Block, sha1Start } from "./sha1-block.ts";

const block = new Int32Array(16);

/** SHA-1 of SHA-1 of ... of one digest, `count` times. */
export function sha1Chain(digest: Buffer, count: number): Buffer {
  const state = Int32Array.from({ length: 5 }, (_, i) => digest.readInt32BE(4 * i));
  block[5] = 0x80000000;
  block[15] = 160;
  for (let left = count; left > 0; left--) {
    for (let i = 0; i < 5; i++) {
      block[i] = state[i] ?? 0;
      state[i] = sha1Start[i] ?? 0;
    }
    sha1Block(state, block);
  }
  const out = Buffer.allocUnsafe(20);
  for (const [i, word] of state.entries()) out.writeInt32BE(word, 4 * i);
  state.fill(0);
  block.fill(0);
  return out;
}
