import { randomUUID } from "node:crypto";
import { BlockedError, TransientError } from "../errors.ts";
import { readVolumeId, writeVolumeId } from "./own-files.ts";
import { type Location, ownFolder, Tree } from "./tree.ts";

const scheme = "filesystem:";

/** The volume that a place is on, or shall be. */
export interface MeantVolume {
  readonly id: string;
  /** Files may have been written to it. */
  readonly recorded: boolean;
}

/** Canonical address of what lies on a volume. */
export function addressOf({ id }: MeantVolume): string {
  return `${scheme}${id}`;
}

/**
 * The volume that a store's directory lies on, as it was last seen. Its id is written at the first delivery; another one at the
 * same path, or none where there was one, is another volume, or one that is not mounted.
 */
export class Volume {
  readonly location: Location;
  #id: string;
  #marked: boolean;
  /** Many places may be made ready at once: each waits for the one before it, however that ends. */
  #marking: Promise<void> = Promise.resolve();

  private constructor(location: Location, id: string | undefined) {
    this.location = location;
    this.#id = id ?? randomUUID();
    this.#marked = id !== undefined;
  }

  static async open(location: Location): Promise<Volume> {
    return new Volume(location, await idAt(location));
  }

  /**
   * The volume that a place is on.
   * @param before the address under which the same store was last written to
   */
  meant(before: string | undefined): MeantVolume {
    const recorded = before?.startsWith(scheme) === true ? before.slice(scheme.length) : undefined;
    return { id: recorded ?? this.#id, recorded: recorded !== undefined };
  }

  /** Where the directory is, for messages. */
  get path(): string {
    return `${this.location.root}/${this.location.directory}`;
  }

  /** Looks which volume is there now. Two operators may come to a new one at once: it has the id of the other one then. */
  async see(tree: Tree | undefined): Promise<string | undefined> {
    const found = tree && (await readVolumeId(tree));
    const same = found === undefined ? !this.#marked : found === this.#id;
    if (!same) this.#id = found ?? randomUUID();
    this.#marked = found !== undefined;
    return found;
  }

  /**
   * Throws `BlockedError` `DifferentVolume` where another volume is there than the one that was written to, and `TransientError`
   * `VolumeChanged` where nothing was, and another one is there than when the place was made.
   */
  async check(tree: Tree | undefined, { id, recorded }: MeantVolume): Promise<void> {
    const found = await this.see(tree);
    if (recorded && found !== id) throw differentVolume(this.path, id);
    if (recorded || id === this.#id) return;
    const message = `Another volume than before is mounted at ${this.path}; it is looked at anew.`;
    throw new TransientError("VolumeChanged", message, { happened: "no" });
  }

  /** Writes the id where there is none yet. */
  async mark(meant: MeantVolume): Promise<void> {
    const marked = this.#marking.then(() => this.#mark(meant));
    this.#marking = marked.catch(() => {});
    await marked;
  }

  async #mark(meant: MeantVolume): Promise<void> {
    await Tree.make(this.location, async (tree) => {
      await this.check(tree, meant);
      if (this.#marked) return;
      await writeVolumeId(tree, meant.id);
      await this.check(tree, meant);
    });
  }
}

export function differentVolume(path: string, id: string): BlockedError {
  const message = `${path} is not the volume that was written to. Mount that one; or, if this one takes its place, request a reconcile, or write ${id} into ${path}/${ownFolder}/volume.`;
  return new BlockedError("DifferentVolume", message);
}

function idAt(location: Location): Promise<string | undefined> {
  return Tree.lend(location, async (tree) => tree && readVolumeId(tree));
}
