import type { ObjectMeta } from "../../kube/index.ts";
import { type KeystoreRecord, readRecords, sha256 } from "../outputs/keystore-record.ts";

/** What a resource notes on a Secret that it writes: one annotation each, so that several can share a Secret by keys. */
export interface Mark {
  /** `<owner-id>/<kind>/<namespace>/<name>[/<target>]`. */
  readonly mark: string;
  /** The keys of `data` that it wrote. */
  readonly keys: readonly string[];
  /** Whether it made the Secret. */
  readonly created: boolean;
  /** The labels and annotations that it set, as `label x`: one that is wanted no longer is seen by that. */
  readonly metadata?: readonly string[];
  /** The keystores among the keys. */
  readonly keystores?: Readonly<Record<string, KeystoreRecord>>;
}

const prefix = "owner.certferry.io/";

/** The annotation's name: the mark itself is too long for one. */
export function markName(mark: string): string {
  return prefix + sha256(mark).slice(0, 12);
}

/** The field manager of server-side apply: one for each mark, at most 128 characters. */
export function fieldManagerOf(mark: string): string {
  return `certferry-${sha256(mark).slice(0, 32)}`;
}

export function writeMark({ mark, keys, created, metadata = [], keystores = {} }: Mark): string {
  const set = metadata.length === 0 ? {} : { metadata: metadata.toSorted() };
  const sorted = Object.entries(keystores).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const stores = sorted.length === 0 ? {} : { keystores: Object.fromEntries(sorted) };
  return JSON.stringify({ mark, keys: keys.toSorted(), created, ...set, ...stores });
}

/** The marks on an object. An annotation that does not read as a mark of its name is none: anyone may write annotations. */
export function marksOf({ annotations }: ObjectMeta): Mark[] {
  return Object.entries(annotations ?? {}).flatMap(([name, text]) => {
    const mark = name.startsWith(prefix) ? readMark(text) : undefined;
    return mark !== undefined && markName(mark.mark) === name ? [mark] : [];
  });
}

/** The marks of others on any of these keys. */
export function overlapping(
  marks: readonly Mark[],
  { mark, spots }: { readonly mark: string; readonly spots: readonly string[] },
): Mark[] {
  return marks.filter((other) => other.mark !== mark && other.keys.some((key) => spots.includes(key)));
}

function readMark(text: string): Mark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { mark, keys, created, metadata, keystores } = value as Record<string, unknown>;
    if (typeof mark !== "string" || !Array.isArray(keys)) return undefined;
    const set = Array.isArray(metadata) ? { metadata: texts(metadata) } : {};
    const stores = keystores === undefined ? {} : { keystores: readRecords(keystores) };
    return { mark, keys: texts(keys), created: created === true, ...set, ...stores };
  } catch {
    return undefined;
  }
}

function texts(list: readonly unknown[]): string[] {
  return list.filter((item) => typeof item === "string");
}
