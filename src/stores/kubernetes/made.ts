import type { Secret } from "../../kube/index.ts";
import { naming } from "./content.ts";
import { lookAt, written } from "./keystore.ts";
import type { KeystoreRecord } from "./keystore-record.ts";
import { marksOf } from "./mark.ts";
import type { Wanted } from "./observe.ts";
import { valueOf } from "./value.ts";

/** What an apply writes, and what its mark says of the keystores in it. */
export interface Made {
  readonly content: ReadonlyMap<string, Buffer>;
  readonly records: Readonly<Record<string, KeystoreRecord>>;
}

/** The bytes for every key, made from what lies in the Secret; undefined when one cannot be opened any more. */
export async function madeFor(secret: Secret, wanted: Wanted, signal: AbortSignal): Promise<Made | undefined> {
  const content = new Map(wanted.content);
  const records: Record<string, KeystoreRecord> = {};
  const known = marksOf(secret.metadata).find(({ mark }) => mark === wanted.mark)?.keystores ?? {};
  for (const spot of wanted.keystores) {
    const { key, options } = spot;
    const bytes = valueOf(secret, key);
    const made = await naming({ format: options.format, key }, async () => {
      const look = await lookAt(spot, wanted.bundle, bytes, known[key], signal);
      return look.action === "Stop" ? undefined : written(spot, wanted.bundle, bytes, look, known[key], signal);
    });
    if (made === undefined) return undefined;
    content.set(key, made.bytes);
    records[key] = made.record;
  }
  return { content, records };
}
