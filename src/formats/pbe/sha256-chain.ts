/** SHA-256 of SHA-256 of ... of one digest, `count` times; as `sha1Chain` (FIPS 180-4, section 6.2). */
export function sha256Chain(digest: Buffer, count: number): Buffer {
  const state = Int32Array.from({ length: 8 }, (_, i) => digest.readInt32BE(4 * i));
  run(state, count);
  const out = Buffer.allocUnsafe(32);
  for (const [i, word] of state.entries()) out.writeInt32BE(word, 4 * i);
  state.fill(0);
  return out;
}

const w = new Int32Array(64);
/** The fractional parts of the cube roots of the first 64 primes. */
const k = Int32Array.from(firstPrimes(64), (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);

function run(state: Int32Array, count: number): void {
  for (let left = count; left > 0; left--) {
    w.set(state);
    w.fill(0, 8, 15);
    w[8] = 0x80000000;
    w[15] = 256;
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] ?? 0;
      const y = w[i - 2] ?? 0;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = ((w[i - 16] ?? 0) + (w[i - 7] ?? 0) + s0 + s1) | 0;
    }
    let a = 0x6a09e667;
    let b = 0xbb67ae85 | 0;
    let c = 0x3c6ef372;
    let d = 0xa54ff53a | 0;
    let e = 0x510e527f;
    let f = 0x9b05688c | 0;
    let g = 0x1f83d9ab;
    let h = 0x5be0cd19;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + (k[i] ?? 0) + (w[i] ?? 0)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] = 0x6a09e667 + a;
    state[1] = 0xbb67ae85 + b;
    state[2] = 0x3c6ef372 + c;
    state[3] = 0xa54ff53a + d;
    state[4] = 0x510e527f + e;
    state[5] = 0x9b05688c + f;
    state[6] = 0x1f83d9ab + g;
    state[7] = 0x5be0cd19 + h;
  }
  w.fill(0);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
