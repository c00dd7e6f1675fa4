import type { SourceSpec } from "../crds/index.ts";
import { type Bundle, bundleOf, checkComplete, type Decoded, FormatError } from "../formats/index.ts";
import { TerminalError } from "../stores/errors.ts";
import { formatFailure } from "../stores/format-failure.ts";
import type { Material } from "./material.ts";
import { openValue, type Passwords } from "./open-value.ts";
import { sourceKeys } from "./source-keys.ts";

export interface SourceBundle {
  readonly bundle: Bundle;
  readonly format: string;
  /** What was passed over or guessed, for the user. */
  readonly warnings: readonly string[];
}

/** Decodes what a source holds into one bundle. Throws `TerminalError` with the format's reason or `SourceKeyMissing`. */
export async function bundleFrom(
  material: Material,
  spec: SourceSpec,
  passwords: Passwords,
  { now, signal }: { readonly now: Date; readonly signal?: AbortSignal },
): Promise<SourceBundle> {
  const keys = sourceKeys(material, spec);
  const format = spec.format === "Auto" ? undefined : spec.format;
  const read = async (key: string, options: { format?: typeof format } = {}): Promise<Decoded> => {
    try {
      return await openValue(value(material, key), { ...options, alias: spec.alias, signal }, passwords);
    } catch (error) {
      throw explained(error, `${material.what}, key ${key}`);
    }
  };
  const opened: Decoded[] = [];
  const open = async (...of: Parameters<typeof read>): Promise<Decoded> => {
    const decoded = await read(...of);
    opened.push(decoded);
    return decoded;
  };
  try {
    const certificate = await open(keys.certificate, { format });
    const privateKey = keys.privateKey === undefined ? undefined : await open(keys.privateKey);
    const ca = keys.ca === undefined ? undefined : await open(keys.ca);
    if (privateKey?.keys.length === 0) {
      throw new FormatError("Malformed", `Key ${keys.privateKey ?? ""} holds no private key.`);
    }
    const identity = { ...certificate, keys: [...certificate.keys, ...(privateKey?.keys ?? [])] };
    const bundle = bundleOf(identity, { alias: spec.alias, now, ca });
    checkComplete(bundle);
    wipe(opened, bundle.key);
    return { bundle, format: certificate.format, warnings: opened.flatMap(({ warnings }) => warnings) };
  } catch (error) {
    wipe(opened);
    throw explained(error, material.what);
  }
}

function wipe(opened: readonly Decoded[], except?: Buffer): void {
  for (const { pkcs8 } of opened.flatMap(({ keys }) => keys)) if (pkcs8 !== except) pkcs8.fill(0);
}

function value({ values, what }: Material, key: string): Buffer {
  const bytes = values.get(key);
  if (bytes !== undefined && bytes.byteLength > 0) return bytes;
  const how = bytes === undefined ? "has no key" : "has nothing under the key";
  throw new TerminalError(
    "SourceKeyMissing",
    `${what} ${how} ${key}; put the certificate there or name another in source.keys.`,
  );
}

function explained(error: unknown, where: string): unknown {
  return error instanceof FormatError ? formatFailure(error, `${where}: ${error.message}`) : error;
}
