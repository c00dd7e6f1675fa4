const SPACE = 64;
const PAD = 65;
const OTHER = 255;

const meaning = new Uint8Array(256).fill(OTHER);
const digits = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
for (const [value, digit] of digits.entries()) meaning[digit] = value;
for (const space of Buffer.from(" \t\n\v\f\r")) meaning[space] = SPACE;
meaning[0x3d] = PAD;

/** `offset` is within the base64. */
export interface Base64Problem {
  readonly offset: number;
  readonly problem: string;
}

/**
 * Strict base64 (RFC 4648) with white space anywhere. Works on bytes: a private key never becomes a string, which could not be
 * wiped.
 */
export function decodeBase64(text: Buffer): Buffer | Base64Problem {
  const bytes = Buffer.allocUnsafe(Math.floor((text.length * 3) / 4));
  const found = decodeInto(bytes, text);
  if (typeof found === "number") return bytes.subarray(0, found);
  bytes.fill(0);
  return found;
}

/** The number of bytes. */
function decodeInto(bytes: Buffer, text: Buffer): number | Base64Problem {
  let digits = 0;
  let pads = 0;
  let bits = 0;
  let length = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const value = meaning[text[offset] ?? 0] ?? OTHER;
    if (value === SPACE) continue;
    if (value === PAD) {
      pads++;
      continue;
    }
    if (value === OTHER) return { offset, problem: strange(text, offset) };
    if (pads > 0) return { offset, problem: "its base64 goes on after the padding" };
    bits = ((bits << 6) | value) & 0xffffff;
    if (++digits % 4 !== 0) continue;
    bytes[length++] = bits >> 16;
    bytes[length++] = (bits >> 8) & 0xff;
    bytes[length++] = bits & 0xff;
  }
  const offset = text.length;
  if (digits === 0) return { offset: 0, problem: "there is nothing between its BEGIN and END" };
  const rest = digits % 4;
  if (pads > 2 || (digits + pads) % 4 !== 0) {
    return { offset, problem: "its base64 is damaged: characters are missing, or there are too many" };
  }
  if (rest >= 2) bytes[length++] = rest === 2 ? (bits >> 4) & 0xff : (bits >> 10) & 0xff;
  if (rest === 3) bytes[length++] = (bits >> 2) & 0xff;
  return length;
}

function strange(text: Buffer, offset: number): string {
  switch (text[offset]) {
    case 0x2d:
    case 0x5f:
      return "it is base64url; PEM needs plain base64, with + and / in place of - and _";
    case 0x5c:
      return "it holds a backslash where a line break belongs; write real line breaks in place of \\n";
    default: {
      const code = (text[offset] ?? 0).toString(16).padStart(2, "0");
      return `its base64 is damaged: the byte 0x${code} does not belong there`;
    }
  }
}
