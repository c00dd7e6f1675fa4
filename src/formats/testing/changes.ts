import { FormatError } from "../index.ts";

/** The bytes cut at every length. */
export function* cuts(bytes: Buffer): Iterable<Buffer> {
  for (let length = 0; length < bytes.length; length++) yield bytes.subarray(0, length);
}

/** The bytes with each bit flipped in turn. */
export function* flips(bytes: Buffer): Iterable<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed;
  }
}

/** How readings end, each outcome once: `read`, the code of a `FormatError`, or `untyped` with the words of another error. */
export async function outcomes(inputs: Iterable<Buffer>, read: (bytes: Buffer) => Promise<unknown>): Promise<string[]> {
  const seen = new Set<string>();
  for (const input of inputs) {
    seen.add(
      await read(input).then(
        () => "read",
        (error: unknown) => (error instanceof FormatError ? error.code : `untyped: ${(error as Error).message}`),
      ),
    );
  }
  return [...seen].toSorted();
}
