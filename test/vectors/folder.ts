import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of vectors: `CERTFERRY_VECTORS`, or `shared/vectors` beside the checkout. Undefined where it is not there. */
export function vectorsFolder(): string | undefined {
  const folder =
    process.env["CERTFERRY_VECTORS"] ?? resolve(import.meta.dirname, "..", "..", "..", "shared", "vectors");
  return existsSync(join(folder, "manifest.json")) ? folder : undefined;
}
