/** Dotted text of an OBJECT IDENTIFIER's content, or undefined when it is not well formed (X.690 8.19). */
export function oidText(content: Uint8Array): string | undefined {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80) return undefined;
  const arcs: string[] = [];
  let value = 0;
  let big: bigint | undefined;
  for (const byte of content) {
    if (byte === 0x80 && value === 0 && big === undefined) return undefined;
    if (big === undefined && value < 2 ** 45) value = value * 128 + (byte & 0x7f);
    else big = ((big ?? BigInt(value)) << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) {
      const first = big === undefined && value < 80 ? Math.floor(value / 40) : 2;
      arcs.push(String(first), big === undefined ? String(value - first * 40) : String(big - 80n));
    } else arcs.push(String(big ?? value));
    value = 0;
    big = undefined;
  }
  return arcs.join(".");
}

/** Content octets of a dotted OBJECT IDENTIFIER. */
export function oidContent(text: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = text.split(".").map(BigInt);
  return Buffer.from([first * 40n + second, ...rest].flatMap(base128));
}

function base128(arc: bigint): number[] {
  const bytes = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) bytes.unshift(Number(left & 0x7fn) | 0x80);
  return bytes;
}
