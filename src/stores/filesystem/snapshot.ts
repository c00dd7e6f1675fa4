import { isAllOurs, sha256 } from "../outputs/keystore-record.ts";
import type { Found } from "../outputs/look.ts";
import type { FoundFile } from "./folder.ts";
import { type Mark, markId, temporaryName, type WrittenFile } from "./mark.ts";
import { isMarkCutShort, readHolder, readMarkOf } from "./own-files.ts";
import type { Tree } from "./tree.ts";

/** What lies on a place's spots, and who notes that it is theirs. */
export interface Snapshot {
  /** Those that are there, by path: the spots, and what our mark names beside them. */
  readonly files: ReadonlyMap<string, FoundFile>;
  readonly ours: Mark | undefined;
  /** Marks of others that name a spot. */
  readonly others: readonly Mark[];
  /** The id of the mark that was the last to take each path. */
  readonly holders: ReadonlyMap<string, string>;
  /** Files of ours whose write was cut short: something of it still lies beside them. */
  readonly cutShort: readonly string[];
  /** The same of our mark. */
  readonly isMarkCutShort: boolean;
}

export const nothing: Snapshot = {
  files: new Map(),
  ours: undefined,
  others: [],
  holders: new Map(),
  cutShort: [],
  isMarkCutShort: false,
};

/** Whose bytes are wiped by `wipe`. */
export async function takeSnapshot(tree: Tree, spots: readonly string[], mark: string): Promise<Snapshot> {
  const ours = await readMarkOf(tree, markId(mark));
  const files = new Map<string, FoundFile>();
  const holders = new Map<string, string>();
  const others = new Map<string, Mark>();
  const cutShort: string[] = [];
  for (const path of new Set([...spots, ...Object.keys(ours?.files ?? {})])) {
    const found = await tree.find(path);
    const file = await found?.folder.read(found.name);
    if (file !== undefined) files.set(path, file);
    if (await found?.folder.has(temporaryName(mark, path))) cutShort.push(path);
    const id = await readHolder(tree, path);
    if (id !== undefined) holders.set(path, id);
  }
  for (const path of spots) {
    const id = holders.get(path);
    if (id === undefined || id === markId(mark)) continue;
    const other = others.get(id) ?? (await readMarkOf(tree, id));
    if (other?.files[path] !== undefined) others.set(id, other);
  }
  return {
    files,
    ours,
    others: [...others.values()],
    holders,
    cutShort,
    isMarkCutShort: await isMarkCutShort(tree, markId(mark)),
  };
}

/** Digest of all that a decision about the place is made from, but for our own mark, which a write changes first. */
export function stateOf({ files, others }: Snapshot): string {
  const seen = [...files].map(([path, { bytes, mode }]) => [path, mode, sha256(bytes)]);
  return sha256(JSON.stringify([seen, others.map(({ mark }) => mark)]));
}

/** Which of the versions that our mark names a file has; undefined where somebody else has written it. */
export function asWritten({ files, ours }: Snapshot, path: string): WrittenFile | undefined {
  const file = files.get(path);
  const list = ours?.files[path];
  if (file === undefined || list === undefined) return undefined;
  const found = sha256(file.bytes);
  return list.find((one) => one.sha256 === found);
}

/** Whether another has taken a path since. */
export function isTaken({ holders, ours }: Snapshot, path: string): boolean {
  const id = holders.get(path);
  return id !== undefined && id !== markId(ours?.mark ?? "");
}

/** Whether a keystore may hold entries of others. */
export function isShared(snapshot: Snapshot, path: string): boolean {
  const { bytes, record } = foundIn(snapshot);
  const known = record(path);
  return known !== undefined && !isAllOurs(bytes(path), known);
}

/** The snapshot as the outputs of a place see it. */
export function foundIn(snapshot: Snapshot): Found {
  return {
    bytes: (path) => Buffer.from(snapshot.files.get(path)?.bytes ?? []),
    record: (path) => (asWritten(snapshot, path) ?? snapshot.ours?.files[path]?.at(0))?.keystore,
  };
}

export function wipe({ files }: Snapshot): void {
  for (const { bytes } of files.values()) bytes.fill(0);
}
