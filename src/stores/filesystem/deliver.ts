import { sha256 } from "../outputs/keystore-record.ts";
import type { Made } from "../outputs/made.ts";
import { privateKeysOf } from "../outputs/output.ts";
import { type Mark, markId, temporaryName, type WrittenFile } from "./mark.ts";
import { leavingPaths, type Wanted } from "./observe.ts";
import { removeHolder, storeHolder, storeMark } from "./own-files.ts";
import { asWritten, isShared, isTaken, type Snapshot } from "./snapshot.ts";
import type { Tree } from "./tree.ts";
import { type FileChange, StagedFiles } from "./write.ts";

/** What is written, over what. */
export interface Delivery {
  readonly wanted: Wanted;
  readonly made: Made;
  readonly snapshot: Snapshot;
  /** Whether the place is still as the snapshot shows it. */
  readonly unchanged: () => Promise<boolean>;
}

/**
 * Brings all files of a place to what they shall be. Our mark comes first and names both what lies there and what will: a
 * process that dies in between leaves nothing that the next one would not know for its own.
 * @returns false, with no file changed, where the place is not as it was looked at
 */
export async function writeTogether(tree: Tree, delivery: Delivery, signal: AbortSignal): Promise<boolean> {
  const { wanted, snapshot } = delivery;
  const { mark } = wanted;
  const leaving = leavingPaths(snapshot, wanted);
  const files = filesOf(delivery);
  const former = Object.fromEntries(leaving.map((path) => [path, snapshot.ours?.files[path] ?? []]));
  for (const path of snapshot.cutShort) await removeFile(tree, path, temporaryName(mark, path));

  let staged: StagedFiles | undefined;
  try {
    await storeMark(tree, { mark, files: { ...files, ...former } });
    staged = await StagedFiles.write(tree, mark, changesOf(delivery), signal);
    if (!(await delivery.unchanged())) {
      await giveUp();
      return false;
    }
    await takeOver(tree, delivery);
  } catch (error) {
    await giveUp();
    throw error;
  }
  await staged.takePlaces();
  for (const path of leaving) await takeAway(tree, snapshot, path);
  if (leaving.length > 0) await storeMark(tree, { mark, files });
  return true;

  /** What hindered the write may hinder this, too: a mark that names too much does no harm. */
  async function giveUp(): Promise<void> {
    await staged?.discard();
    await storeMark(tree, snapshot.ours ?? { mark, files: {} }).catch(() => {});
  }
}

/** Whoever looks at one of these files from now on is led to our mark, and others name them no longer. */
async function takeOver(tree: Tree, { wanted, made, snapshot }: Delivery): Promise<void> {
  const id = markId(wanted.mark);
  for (const path of made.content.keys()) {
    if (snapshot.holders.get(path) !== id) await storeHolder(tree, path, id);
  }
  for (const other of snapshot.others) await storeMark(tree, without(other, wanted.spots));
}

/** A file of ours that no output names any more; not one that somebody else has changed or has entries in. */
async function takeAway(tree: Tree, snapshot: Snapshot, path: string): Promise<void> {
  if (isTaken(snapshot, path)) return;
  if (asWritten(snapshot, path) !== undefined && !isShared(snapshot, path)) await removeFile(tree, path);
  await removeHolder(tree, path);
}

async function removeFile(tree: Tree, path: string, name?: string): Promise<void> {
  const found = await tree.find(path);
  await found?.folder.remove(name ?? found.name);
  await found?.folder.sync();
}

/** Private keys come first: whoever waits for a new certificate finds its key there. */
function changesOf({ wanted, made, snapshot }: Delivery): FileChange[] {
  const keys = new Set(wanted.target.outputs.flatMap(privateKeysOf));
  const order = [...made.content].toSorted(([a], [b]) => Number(keys.has(b)) - Number(keys.has(a)));
  return order.flatMap(([path, bytes]) => {
    const there = snapshot.files.get(path);
    const mode = wanted.modes.get(path) ?? 0o600;
    return there?.bytes.equals(bytes) === true && there.mode === mode ? [] : [{ path, bytes, mode }];
  });
}

/** What our mark says once all is written: each file as it is then, and as it is until then where that is ours, too. */
function filesOf({ made, snapshot }: Delivery): Mark["files"] {
  const entries = [...made.content].map(([path, bytes]) => {
    const keystore = made.records[path];
    const next: WrittenFile =
      keystore === undefined ? { sha256: sha256(bytes) } : { sha256: keystore.sha256, keystore };
    const before = asWritten(snapshot, path);
    return [path, before === undefined || before.sha256 === next.sha256 ? [next] : [next, before]] as const;
  });
  return Object.fromEntries(entries);
}

function without({ mark, files }: Mark, paths: readonly string[]): Mark {
  return { mark, files: Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path))) };
}
