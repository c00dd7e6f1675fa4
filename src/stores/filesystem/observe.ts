import type { Difference, Holders, Observation, Obstacle } from "../contract.ts";
import {
  closedAmong,
  keystoreDifferences,
  leafAmong,
  type Looks,
  looksAt,
  wantedKeys,
  type WantedOutputs,
} from "../outputs/look.ts";
import { markId } from "./mark.ts";
import { asWritten, foundIn, type Snapshot } from "./snapshot.ts";

/** What a place wants of its files. */
export interface Wanted extends WantedOutputs {
  /** All paths that the outputs may write. */
  readonly spots: readonly string[];
  /** The permission bits of each. */
  readonly modes: ReadonlyMap<string, number>;
  readonly mark: string;
}

/** What lies at a place's paths, compared with what is wanted there. */
export async function observed(snapshot: Snapshot, wanted: Wanted, signal: AbortSignal): Promise<Observation> {
  const { files, others } = snapshot;
  if (files.size === 0 && others.length === 0 && snapshot.cutShort.length === 0) return { state: "Absent" };
  const found = foundIn(snapshot);
  const looks = await looksAt(found, wanted, signal);
  const foreign = foreignPaths(snapshot, wanted);
  // Whether what nobody has marked may be taken over depends on its own certificate, not on one of ours beside it.
  const leaf = await leafAmong(found, wanted, looks, foreign);
  const closed = closedAmong(looks);
  return {
    state: "Present",
    remote: { id: wanted.spots.at(0) ?? "" },
    holders: holdersOf(snapshot, wanted, foreign),
    ...(leaf === undefined ? {} : { leaf }),
    differs: differencesOf(snapshot, wanted, looks),
    ...(closed === undefined ? {} : { obstacle: cannotOpen(closed) }),
  };
}

/** Files that our mark names and no output does any more. */
export function leavingPaths({ ours }: Snapshot, wanted: WantedOutputs): string[] {
  const paths = new Set(wantedKeys(wanted));
  return Object.keys(ours?.files ?? {}).filter((path) => !paths.has(path));
}

function differencesOf(snapshot: Snapshot, wanted: Wanted, looks: Looks): Difference[] {
  const { files } = snapshot;
  const changed = [...wanted.content].filter(([path, bytes]) => files.get(path)?.bytes.equals(bytes) !== true);
  const modes = wantedKeys(wanted).filter((path) => {
    const mode = files.get(path)?.mode;
    return mode !== undefined && mode !== wanted.modes.get(path);
  });
  const leaving = leavingPaths(snapshot, wanted);
  return [
    ...changed.map(([path]) => `file ${path}`),
    ...keystoreDifferences(looks).map((what) => `file ${what}`),
    ...modes.map((path) => `mode of ${path}`),
    ...leaving.filter((path) => files.has(path)).map((path) => `file ${path}, no longer wanted`),
    ...(snapshot.isMarkCutShort ? ["rest of a write of the mark"] : []),
    ...snapshot.cutShort.map((path) => `rest of a write of ${path}`),
    ...(marked(snapshot, wanted, looks, leaving) ? [] : ["mark"]),
  ].map((what) => ({ what }));
}

/** Whether our mark says of each file that stays what lies there, and names no other. A shared keystore has bytes of others. */
function marked(snapshot: Snapshot, wanted: Wanted, looks: Looks, leaving: readonly string[]): boolean {
  const { files, ours, others, holders } = snapshot;
  const pointed = wantedKeys(wanted).every((path) => !files.has(path) || holders.get(path) === markId(wanted.mark));
  const plain = [...wanted.content].every(
    ([path, bytes]) => files.get(path)?.bytes.equals(bytes) !== true || asWritten(snapshot, path) !== undefined,
  );
  const kept = [...looks].every(([{ key }, { action }]) => action !== "Keep" || ours?.files[key] !== undefined);
  return pointed && plain && kept && leaving.every((path) => files.has(path)) && others.length === 0;
}

function holdersOf({ ours, others }: Snapshot, { spots }: Wanted, foreign: readonly string[]): Holders {
  const names = spots.some((path) => ours?.files[path] !== undefined);
  return {
    ours: names && foreign.length === 0,
    others: others.map(({ mark }) => mark),
    foreign: foreign.length > 0,
  };
}

/** The files that would be written over and that no mark names. */
function foreignPaths({ files, ours, others }: Snapshot, wanted: Wanted): string[] {
  const marks = ours === undefined ? others : [ours, ...others];
  return wantedKeys(wanted).filter((path) => files.has(path) && !marks.some((one) => one.files[path] !== undefined));
}

function cannotOpen({ key, why }: { readonly key: string; readonly why: string }): Obstacle {
  const message = `File ${key} may hold entries of others and cannot be opened: ${why} Set previousPasswordSecretRef to the password that it has, or delete the file to have it made anew.`;
  return { reason: "CannotOpen", message };
}
