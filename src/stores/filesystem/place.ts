import type { FilesystemTarget } from "../../crds/index.ts";
import type { Desired, Observation, Place, PlaceContext, PutResult, StoreContext } from "../contract.ts";
import { contentOf, keystoresOf } from "../outputs/content.ts";
import { type Made, madeFor } from "../outputs/made.ts";
import { keysOf, type Output, type Outputs } from "../outputs/output.ts";
import { writeTogether } from "./deliver.ts";
import { observed, type Wanted } from "./observe.ts";
import { placeKey } from "./place-key.ts";
import { foundIn, nothing, type Snapshot, stateOf, takeSnapshot, wipe } from "./snapshot.ts";
import { Tree } from "./tree.ts";
import { addressOf, type MeantVolume, type Volume } from "./volume.ts";

type Context = Pick<PlaceContext, "before" | "secret"> & Pick<StoreContext, "turn">;

/** Files in a store's directory. */
export class FilesPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[];
  readonly key: string;
  /** The same bytes take the same places again. */
  readonly repeatable = true;
  readonly #volume: Volume;
  readonly #meant: MeantVolume;
  readonly #target: Outputs;
  readonly #modes: ReadonlyMap<string, number>;
  readonly #context: Context;
  /** The state that an observation saw, for the `put` that follows it. */
  readonly #states = new WeakMap<Observation, string>();

  constructor(volume: Volume, target: FilesystemTarget, context: Context) {
    this.#volume = volume;
    this.#meant = volume.meant(context.before);
    this.#target = { outputs: target.outputs.map(outputOf) };
    this.#modes = new Map(
      target.outputs.flatMap((output) =>
        keysOf(outputOf(output)).map((path) => [path, output.mode === "0640" ? 0o640 : 0o600] as const),
      ),
    );
    this.#context = context;
    this.address = addressOf(this.#meant);
    this.spots = [...this.#modes.keys()];
    this.key = placeKey(this.#meant.id, this.#target);
  }

  async prepare(): Promise<void> {
    await this.#volume.mark(this.#meant);
  }

  async observe(desired: Desired, signal: AbortSignal): Promise<Observation> {
    await this.#context.turn(signal);
    return this.#wanting(desired, (wanted) =>
      Tree.lend(this.#volume.location, async (tree) => {
        await this.#volume.check(tree, this.#meant);
        return this.#looked(tree, wanted, signal);
      }),
    );
  }

  async put(desired: Desired, before: Observation, signal: AbortSignal): Promise<PutResult> {
    await this.#context.turn(signal);
    return this.#wanting(desired, (wanted) =>
      Tree.lend(this.#volume.location, async (tree) => {
        await this.#volume.check(tree, this.#meant);
        const done = tree !== undefined && (await this.#write(tree, wanted, before, signal));
        if (!done) return { outcome: "Changed" };
        return { outcome: "Written", seen: await this.#looked(tree, wanted, signal) };
      }),
    );
  }

  /** False where the place is not as it was looked at. */
  async #write(tree: Tree, wanted: Wanted, before: Observation, signal: AbortSignal): Promise<boolean> {
    const seen = this.#states.get(before);
    const snapshot = await this.#snapshot(tree, wanted.mark);
    let made: Made | undefined;
    try {
      if (stateOf(snapshot) !== seen) return false;
      made = await madeFor(foundIn(snapshot), wanted, signal);
      if (made === undefined) return false;
      const unchanged = async (): Promise<boolean> => (await this.#state(tree, wanted.mark)) === seen;
      return await writeTogether(tree, { wanted, made, snapshot, unchanged }, signal);
    } finally {
      wipe(snapshot);
      for (const { key } of wanted.keystores) made?.content.get(key)?.fill(0);
    }
  }

  async #looked(tree: Tree | undefined, wanted: Wanted, signal: AbortSignal): Promise<Observation> {
    const snapshot = tree === undefined ? nothing : await this.#snapshot(tree, wanted.mark);
    try {
      const observation = await observed(snapshot, wanted, signal);
      this.#states.set(observation, stateOf(snapshot));
      return observation;
    } finally {
      wipe(snapshot);
    }
  }

  async #state(tree: Tree, mark: string): Promise<string> {
    const snapshot = await this.#snapshot(tree, mark);
    const state = stateOf(snapshot);
    wipe(snapshot);
    return state;
  }

  #snapshot(tree: Tree, mark: string): Promise<Snapshot> {
    return takeSnapshot(tree, this.spots, mark);
  }

  async #wanting<T>(desired: Desired, work: (wanted: Wanted) => Promise<T>): Promise<T> {
    const wanted = await this.#wanted(desired);
    try {
      return await work(wanted);
    } finally {
      for (const bytes of wanted.content.values()) bytes.fill(0);
    }
  }

  async #wanted(desired: Desired): Promise<Wanted> {
    return {
      target: this.#target,
      spots: this.spots,
      modes: this.#modes,
      mark: desired.mark,
      bundle: desired.bundle,
      keystores: keystoresOf(this.#target, desired, this.#context),
      content: await contentOf(this.#target, desired),
    };
  }
}

/** All paths that a target may write. */
export function pathsOf({ outputs }: FilesystemTarget): string[] {
  return outputs.map(outputOf).flatMap(keysOf);
}

function outputOf({ path, truststorePath, mode: _mode, ...output }: FilesystemTarget["outputs"][number]): Output {
  return { ...output, key: path, truststoreKey: truststorePath };
}
