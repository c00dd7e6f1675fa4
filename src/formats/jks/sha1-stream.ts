import { hash } from "node:crypto";
import { sha1Block, sha1Start } from "../pbe/sha1-block.ts";

const digestBytes = 20;
/** With 0x80 and the length, 20 bytes behind such a password still make one block. */
const shortPassword = 34;

/**
 * XORs `bytes` in place with SHA-1(password, salt), SHA-1(password, the digest before), and so on. `password` is UTF-16, so of
 * an even length.
 */
export function applySha1Stream(bytes: Buffer, salt: Buffer, password: Buffer): void {
  const state = Int32Array.from({ length: 5 }, (_, i) => salt.readInt32BE(4 * i));
  const block = password.length <= shortPassword ? blockOf(password) : undefined;
  for (let at = 0; at < bytes.length; at += digestBytes) {
    if (block === undefined) hashAny(password, state);
    else hashBlock(block, password.length, state);
    for (let i = 0; i < 5; i++) xorWord(bytes, at + 4 * i, state[i] ?? 0);
  }
  state.fill(0);
  block?.fill(0);
}

/** Bytes behind the end are not there to be written. */
function xorWord(bytes: Buffer, at: number, word: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ (word >>> 24);
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ (word >>> 16);
  bytes[at + 2] = (bytes[at + 2] ?? 0) ^ (word >>> 8);
  bytes[at + 3] = (bytes[at + 3] ?? 0) ^ word;
}

/** The words of a block of SHA-1 without the digest that goes behind the password. */
function blockOf(password: Buffer): Int32Array {
  const end = password.length + digestBytes;
  const block = Buffer.alloc(64);
  password.copy(block);
  block[end] = 0x80;
  block.writeUInt32BE(end * 8, 60);
  const words = Int32Array.from({ length: 16 }, (_, i) => block.readInt32BE(4 * i));
  block.fill(0);
  return words;
}

/** The password ends with a word or in the middle of one, and there the digest begins. */
function hashBlock(block: Int32Array, passwordBytes: number, state: Int32Array): void {
  const first = passwordBytes >> 2;
  const aligned = passwordBytes % 4 === 0;
  for (let i = 4; i >= 0; i--) {
    const word = state[i] ?? 0;
    if (aligned) block[first + i] = word;
    else {
      block[first + i + 1] = ((block[first + i + 1] ?? 0) & 0xffff) | (word << 16);
      block[first + i] = ((block[first + i] ?? 0) & ~0xffff) | (word >>> 16);
    }
    state[i] = sha1Start[i] ?? 0;
  }
  sha1Block(state, block);
}

function hashAny(password: Buffer, state: Int32Array): void {
  const input = Buffer.concat([password, Buffer.alloc(digestBytes)]);
  for (const [i, word] of state.entries()) input.writeInt32BE(word, password.length + 4 * i);
  const digest = hash("sha1", input, "buffer");
  for (let i = 0; i < 5; i++) state[i] = digest.readInt32BE(4 * i);
  input.fill(0);
}
