import { naming } from "./content.ts";
import { lookAt, written } from "./keystore.ts";
import type { KeystoreRecord } from "./keystore-record.ts";
import type { Found, WantedOutputs } from "./look.ts";

/** What a write writes, and what its mark says of the keystores in it. */
export interface Made {
  readonly content: ReadonlyMap<string, Buffer>;
  readonly records: Readonly<Record<string, KeystoreRecord>>;
}

/** The bytes for every name, made from what lies in the place; undefined when a keystore cannot be opened any more. */
export async function madeFor(found: Found, wanted: WantedOutputs, signal: AbortSignal): Promise<Made | undefined> {
  const content = new Map(wanted.content);
  const records: Record<string, KeystoreRecord> = {};
  for (const spot of wanted.keystores) {
    const { key, options } = spot;
    const bytes = found.bytes(key);
    const known = found.record(key);
    const made = await naming({ format: options.format, key }, async () => {
      const look = await lookAt(spot, wanted.bundle, bytes, known, signal);
      return look.action === "Stop" ? undefined : written(spot, wanted.bundle, bytes, look, known, signal);
    });
    if (made === undefined) return undefined;
    content.set(key, made.bytes);
    records[key] = made.record;
  }
  return { content, records };
}
