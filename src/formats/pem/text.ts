import { transcode } from "node:buffer";

/**
 * Text as bytes of which the ASCII part is right: UTF-16 is told by its byte order mark or by the zero bytes beside the first
 * dashes, and rewritten; all else is left as it is.
 */
export function asciiBytes(bytes: Buffer): Buffer {
  switch (byteOrder(bytes)) {
    case undefined:
      return bytes;
    case "LE":
      return transcode(even(bytes), "utf16le", "utf8");
    case "BE":
      return transcode(Buffer.from(even(bytes)).swap16(), "utf16le", "utf8");
  }
}

function byteOrder(bytes: Buffer): "LE" | "BE" | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "LE";
  if (first === 0xfe && second === 0xff) return "BE";
  const dashes = bytes.indexOf("-\0-\0-");
  if (dashes < 0) return undefined;
  return dashes % 2 === 0 ? "LE" : "BE";
}

/** A last odd byte is half a character. */
function even(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length - (bytes.length % 2));
}
