import { type KeystoreRecord, readRecord, sha256 } from "../outputs/keystore-record.ts";
import { ownFolder } from "./tree.ts";

/** A file's bytes as we wrote them, or are about to. */
export interface WrittenFile {
  readonly sha256: string;
  /** Where it is a keystore. */
  readonly keystore?: KeystoreRecord;
}

/** What a target notes of the files that it writes, beside them (docs/adr/0013-marks-beside-files.md). */
export interface Mark {
  /** `<owner-id>/<kind>/<namespace>/<name>[/<target>]`. */
  readonly mark: string;
  /** By path. A file is as the first one says, or, where a write was cut short, as another one. */
  readonly files: Readonly<Record<string, readonly WrittenFile[]>>;
}

/** The name of a mark, as in files: the mark itself has slashes. */
export function markId(mark: string): string {
  return sha256(mark).slice(0, 32);
}

/** Name of the file that becomes `path`: always the same, so that the next run finds what a killed one has left. */
export function temporaryName(mark: string, path: string): string {
  return `.certferry-${sha256(`${mark}\0${path}`).slice(0, 24)}.tmp`;
}

export function writeMark({ mark, files }: Mark): string {
  const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ mark, files: Object.fromEntries(sorted) })}\n`;
}

/** Undefined where it does not read as the mark of its name: others may write into the directory, too. */
export function readMark(text: string, id: string): Mark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { mark, files } = value as Record<string, unknown>;
    if (typeof mark !== "string" || markId(mark) !== id || typeof files !== "object" || files === null)
      return undefined;
    const written = Object.entries(files).filter(([path]) => isPath(path));
    const read = written.map(([path, list]: [string, unknown]) => [path, readList(list)] as const);
    return { mark, files: Object.fromEntries(read) };
  } catch {
    return undefined;
  }
}

/** Whether it is one that an output may have, by the CRD: it leads out of the directory no more than into our own folder. */
function isPath(path: string): boolean {
  return path.split("/").every((name) => !["", ".", ".."].includes(name) && !name.startsWith(ownFolder));
}

function readList(list: unknown): WrittenFile[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown): WrittenFile[] => {
    if (typeof item !== "object" || item === null) return [];
    const { sha256, keystore } = item as Record<string, unknown>;
    if (typeof sha256 !== "string") return [];
    const record = keystore === undefined ? undefined : readRecord(keystore);
    return [{ sha256, ...(record === undefined ? {} : { keystore: record }) }];
  });
}
