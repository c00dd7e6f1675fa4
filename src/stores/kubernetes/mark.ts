import { createHash } from "node:crypto";
import type { ObjectMeta } from "../../kube/index.ts";

/** What a resource notes on a Secret that it writes: one annotation each, so that several can share a Secret by keys. */
export interface Mark {
  /** `<owner-id>/<kind>/<namespace>/<name>[/<target>]`. */
  readonly mark: string;
  /** The keys of `data` that it wrote. */
  readonly keys: readonly string[];
  /** Whether it made the Secret. */
  readonly created: boolean;
}

const prefix = "owner.certferry.io/";

/** The annotation's name: the mark itself is too long for one. */
export function markName(mark: string): string {
  return prefix + createHash("sha256").update(mark).digest("hex").slice(0, 12);
}

/** The field manager of server-side apply: one for each mark, at most 128 characters. */
export function fieldManagerOf(mark: string): string {
  return `certferry-${createHash("sha256").update(mark).digest("hex").slice(0, 32)}`;
}

export function writeMark({ mark, keys, created }: Mark): string {
  return JSON.stringify({ mark, keys: keys.toSorted(), created });
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
    const { mark, keys, created } = value as Record<string, unknown>;
    if (typeof mark !== "string" || !Array.isArray(keys)) return undefined;
    return { mark, keys: keys.filter((key) => typeof key === "string"), created: created === true };
  } catch {
    return undefined;
  }
}
