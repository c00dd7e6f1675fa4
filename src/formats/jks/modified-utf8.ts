/**
 * Text as Java's DataOutput.writeUTF writes it: U+0000 as two bytes, and what lies outside the basic plane as two surrogates
 * of three bytes each.
 */
export function modifiedUtf8(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

/**
 * Undefined when the bytes are not well formed. Plain UTF-8 of four bytes is read too, though Java refuses it: keystore-go,
 * and so cert-manager, writes aliases that way.
 */
export function modifiedUtf8Text(bytes: Buffer): string | undefined {
  if (bytes.every((byte) => byte < 0x80)) return bytes.toString("latin1");
  const units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const rest = bytes.subarray(at + 1, at + length);
    const damaged = (lead >= 0x80 && lead < 0xc0) || lead >= 0xf8;
    if (damaged || rest.length < length - 1 || rest.some((byte) => byte >> 6 !== 2)) return undefined;
    const code = rest.reduce(
      (value, byte) => (value << 6) | (byte & 0x3f),
      length === 1 ? lead : lead & (0x7f >> length),
    );
    if (code > 0x10ffff) return undefined;
    if (code < 0x10000) units.push(code);
    else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
    at += length;
  }
  return units.map((unit) => String.fromCharCode(unit)).join("");
}
