const questionMark = 0x3f;

/**
 * Text as ASCII: UTF-16 is told by its byte order mark or by the zero bytes beside the first dashes, and rewritten with
 * question marks for what is not ASCII; all else is left as it is.
 */
export function asciiBytes(bytes: Buffer): Buffer {
  const order = byteOrder(bytes);
  if (order === undefined) return bytes;
  const [low, high] = order === "LE" ? [0, 1] : [1, 0];
  const text = Buffer.alloc(bytes.length >> 1);
  for (let at = 0; at < text.length; at++) {
    const unit = bytes[2 * at + low] ?? 0;
    text[at] = bytes[2 * at + high] === 0 && unit < 0x80 ? unit : questionMark;
  }
  return text;
}

function byteOrder(bytes: Buffer): "LE" | "BE" | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "LE";
  if (first === 0xfe && second === 0xff) return "BE";
  const dashes = bytes.indexOf("-\0-\0-");
  if (dashes < 0) return undefined;
  return dashes % 2 === 0 ? "LE" : "BE";
}
