const digits = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const lineDigits = 64;
const [newline, pad] = [0x0a, 0x3d];

/**
 * One PEM block with lines of 64 characters and LF (RFC 7468). Works on bytes: a private key never becomes a string, which could
 * not be wiped.
 */
export function writePem(label: string, der: Uint8Array): Buffer {
  const digitCount = 4 * Math.ceil(der.length / 3);
  const body = Buffer.alloc(digitCount + Math.ceil(digitCount / lineDigits));
  let at = 0;
  let inLine = 0;
  for (let i = 0; i < der.length; i += 3) {
    const group = ((der[i] ?? 0) << 16) | ((der[i + 1] ?? 0) << 8) | (der[i + 2] ?? 0);
    body[at++] = digits[group >> 18] ?? 0;
    body[at++] = digits[(group >> 12) & 0x3f] ?? 0;
    body[at++] = i + 1 < der.length ? (digits[(group >> 6) & 0x3f] ?? 0) : pad;
    body[at++] = i + 2 < der.length ? (digits[group & 0x3f] ?? 0) : pad;
    inLine += 4;
    if (inLine < lineDigits && i + 3 < der.length) continue;
    body[at++] = newline;
    inLine = 0;
  }
  const block = Buffer.concat([
    Buffer.from(`-----BEGIN ${label}-----\n`),
    body,
    Buffer.from(`-----END ${label}-----\n`),
  ]);
  body.fill(0);
  return block;
}
