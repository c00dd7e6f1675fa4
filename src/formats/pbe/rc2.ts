/** RC2 in CBC mode (RFC 2268). OpenSSL's default provider has none, and every Windows since 1996 wrote it. */

const pi = Buffer.from(
  "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2" +
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82" +
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626" +
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7" +
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec" +
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731" +
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9" +
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad",
  "hex",
);
const blockBytes = 8;
const shifts = [1, 2, 3, 5] as const;
const rounds = 16;
/** After these rounds comes a mashing round. */
const mashedAfter = new Set([4, 10]);

/** Adds the padding of PKCS#7. */
export function rc2Encrypt(key: Uint8Array, effectiveBits: number, iv: Uint8Array, plaintext: Uint8Array): Buffer {
  const padding = blockBytes - (plaintext.length % blockBytes);
  const out = Buffer.alloc(plaintext.length + padding, padding);
  out.set(plaintext);
  const words = expand(key, effectiveBits);
  const block = new Uint16Array(4);
  const chain = load(Buffer.from(iv), 0, new Uint16Array(4));
  for (let at = 0; at < out.length; at += blockBytes) {
    load(out, at, block);
    for (let i = 0; i < 4; i++) block[i] = (block[i] ?? 0) ^ (chain[i] ?? 0);
    encryptBlock(words, block);
    chain.set(block);
    store(block, out, at);
  }
  words.fill(0);
  return out;
}

/** Undefined when the padding is not that of PKCS#7, as with a wrong key. */
export function rc2Decrypt(
  key: Uint8Array,
  effectiveBits: number,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Buffer | undefined {
  const out = Buffer.from(ciphertext);
  if (out.length === 0 || out.length % blockBytes !== 0) return undefined;
  const words = expand(key, effectiveBits);
  const block = new Uint16Array(4);
  const current = new Uint16Array(4);
  const chain = load(Buffer.from(iv), 0, new Uint16Array(4));
  for (let at = 0; at < out.length; at += blockBytes) {
    current.set(load(out, at, block));
    decryptBlock(words, block);
    for (let i = 0; i < 4; i++) block[i] = (block[i] ?? 0) ^ (chain[i] ?? 0);
    chain.set(current);
    store(block, out, at);
  }
  words.fill(0);
  return withoutPadding(out);
}

function withoutPadding(padded: Buffer): Buffer | undefined {
  const padding = padded.at(-1) ?? 0;
  const tail = padded.subarray(-padding);
  if (padding >= 1 && padding <= blockBytes && tail.every((byte) => byte === padding))
    return padded.subarray(0, -padding);
  padded.fill(0);
  return undefined;
}

/** 64 words of key out of 1 to 128 bytes, of which `effectiveBits` count. */
function expand(key: Uint8Array, effectiveBits: number): Uint16Array {
  const bytes = Buffer.alloc(128);
  bytes.set(key);
  for (let i = key.length; i < 128; i++) {
    bytes[i] = pi[((bytes[i - 1] ?? 0) + (bytes[i - key.length] ?? 0)) & 0xff] ?? 0;
  }
  const effectiveBytes = Math.ceil(effectiveBits / 8);
  const mask = 0xff >> (8 * effectiveBytes - effectiveBits);
  bytes[128 - effectiveBytes] = pi[(bytes[128 - effectiveBytes] ?? 0) & mask] ?? 0;
  for (let i = 127 - effectiveBytes; i >= 0; i--) {
    bytes[i] = pi[(bytes[i + 1] ?? 0) ^ (bytes[i + effectiveBytes] ?? 0)] ?? 0;
  }
  const words = Uint16Array.from({ length: 64 }, (_, i) => bytes.readUInt16LE(2 * i));
  bytes.fill(0);
  return words;
}

function encryptBlock(words: Uint16Array, r: Uint16Array): void {
  for (let round = 0, j = 0; round < rounds; round++) {
    for (let i = 0; i < 4; i++) {
      const mixed = (r[i] ?? 0) + (words[j++] ?? 0) + mix(r, i);
      r[i] = rotateLeft(mixed & 0xffff, shifts[i] ?? 0);
    }
    if (!mashedAfter.has(round)) continue;
    for (let i = 0; i < 4; i++) r[i] = (r[i] ?? 0) + (words[(r[(i + 3) & 3] ?? 0) & 63] ?? 0);
  }
}

function decryptBlock(words: Uint16Array, r: Uint16Array): void {
  for (let round = rounds - 1, j = 63; round >= 0; round--) {
    if (mashedAfter.has(round)) {
      for (let i = 3; i >= 0; i--) r[i] = (r[i] ?? 0) - (words[(r[(i + 3) & 3] ?? 0) & 63] ?? 0);
    }
    for (let i = 3; i >= 0; i--) {
      const turned = rotateLeft(r[i] ?? 0, 16 - (shifts[i] ?? 0));
      r[i] = turned - (words[j--] ?? 0) - mix(r, i);
    }
  }
}

function mix(r: Uint16Array, i: number): number {
  const previous = r[(i + 3) & 3] ?? 0;
  return (previous & (r[(i + 2) & 3] ?? 0)) + (~previous & 0xffff & (r[(i + 1) & 3] ?? 0));
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (16 - bits));
}

function load(bytes: Buffer, at: number, block: Uint16Array): Uint16Array {
  for (let i = 0; i < 4; i++) block[i] = bytes.readUInt16LE(at + 2 * i);
  return block;
}

function store(block: Uint16Array, bytes: Buffer, at: number): void {
  for (let i = 0; i < 4; i++) bytes.writeUInt16LE(block[i] ?? 0, at + 2 * i);
}
