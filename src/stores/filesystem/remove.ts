import type { RemovalContext, RemoveResult } from "../contract.ts";
import type { KeystoreRef } from "../outputs/keystore-refs.ts";
import { withdraw } from "../outputs/withdraw.ts";
import { unlessTimedOut } from "./failure.ts";
import { temporaryName } from "./mark.ts";
import { readVolumeId, removeHolder, storeMark } from "./own-files.ts";
import { readPlaceKey } from "./place-key.ts";
import { asWritten, foundIn, isShared, isTaken, type Snapshot, takeSnapshot, wipe } from "./snapshot.ts";
import { Tree } from "./tree.ts";
import { differentVolume, type Volume } from "./volume.ts";
import { StagedFiles } from "./write.ts";

/**
 * Removes the files that `mark` wrote and that nobody else has changed since; from a keystore that others use, too, our entries
 * alone. `left` tells of those that stay. Folders stay.
 */
export async function removeFrom(
  volume: Volume,
  context: RemovalContext,
  key: string,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const { volume: id, keystores } = readPlaceKey(key);
  return Tree.lend(volume.location, async (tree) => {
    if (tree === undefined || (await readVolumeId(tree)) !== id) throw differentVolume(volume.path, id);
    const snapshot = await takeSnapshot(tree, [], mark);
    const { ours } = snapshot;
    if (ours === undefined) return {};
    try {
      const left: string[] = [];
      for (const path of Object.keys(ours.files)) {
        unlessTimedOut(signal);
        if (isTaken(snapshot, path)) continue;
        const why = await removeOne({ tree, snapshot, keystores, context }, path, signal);
        await removeHolder(tree, path);
        if (why !== undefined) left.push(`File ${path} ${why}.`);
      }
      await storeMark(tree, { mark, files: {} });
      return left.length === 0 ? {} : { left: left.join(" ") };
    } finally {
      wipe(snapshot);
    }
  });
}

interface Removal {
  readonly tree: Tree;
  readonly snapshot: Snapshot;
  readonly keystores: readonly KeystoreRef[];
  readonly context: RemovalContext;
}

/** Why the file, or our part of it, stays; undefined where it does not. */
async function removeOne(
  { tree, snapshot, keystores, context }: Removal,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { ours, files } = snapshot;
  const found = await tree.find(path);
  if (ours === undefined || found === undefined) return undefined;
  const { folder, name } = found;
  await folder.remove(temporaryName(ours.mark, path));
  const file = files.get(path);
  if (file === undefined) return undefined;
  const { bytes, record } = foundIn(snapshot);
  const keystore = record(path);
  if (keystore !== undefined && isShared(snapshot, path)) {
    const ref = keystores.find(({ keys }) => keys.includes(path));
    const withdrawn = await withdraw(bytes(path), keystore, ref, context, signal);
    if ("why" in withdrawn) return `keeps our entry, for entries of others may be in it and ${withdrawn.why}`;
    if ("bytes" in withdrawn) {
      const change = { path, bytes: withdrawn.bytes, mode: file.mode };
      await (await StagedFiles.write(tree, ours.mark, [change], signal)).takePlaces();
      return undefined;
    }
  } else if (asWritten(snapshot, path) === undefined) return "stays: somebody else has changed it since";
  await folder.remove(name);
  await folder.sync();
  return undefined;
}
