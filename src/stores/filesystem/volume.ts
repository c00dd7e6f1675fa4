import { randomUUID } from "node:crypto";
import { BlockedError, TransientError } from "../errors.ts";
import { readVolumeId, writeVolumeId } from "./own-files.ts";
import { type Location, ownFolder, Tree } from "./tree.ts";

/**
 * The volume that a store's directory lies on, as it was last seen. Its id is written at the first delivery; another one at the
 * same path, or none where there was one, is another volume, or one that is not mounted.
 */
export class Volume {
  readonly location: Location;
  #id: string;
  #marked: boolean;
  /** Many places may be made ready at once. */
  #marking: Promise<void> = Promise.resolve();

  private constructor(location: Location, id: string | undefined) {
    this.location = location;
    this.#id = id ?? randomUUID();
    this.#marked = id !== undefined;
  }

  static async open(location: Location): Promise<Volume> {
    return new Volume(location, await idAt(location));
  }

  get id(): string {
    return this.#id;
  }

  get address(): string {
    return `filesystem:${this.#id}`;
  }

  /** Where the directory is, for messages. */
  get path(): string {
    return `${this.location.root}/${this.location.directory}`;
  }

  /** Throws `BlockedError` `DifferentVolume` where files were written to another volume by the same store. */
  mustBe(address: string): void {
    if (!address.startsWith("filesystem:") || address === this.address) return;
    throw differentVolume(this.path, address.slice("filesystem:".length));
  }

  /**
   * Throws `TransientError` `VolumeChanged` when another volume is there than a moment ago; this is then that one.
   * @param id of the volume that the caller means: a place keeps to the one that it was made for
   */
  async check(tree: Tree | undefined, id = this.#id): Promise<void> {
    const found = tree && (await readVolumeId(tree));
    const same = found === undefined ? !this.#marked : found === this.#id;
    // Two operators may come to a new volume at once: the other one has given it its id then.
    if (!same) this.#id = found ?? randomUUID();
    this.#marked = found !== undefined;
    if (id === this.#id) return;
    const message = `Another volume than before is mounted at ${this.path}; it is looked at anew.`;
    throw new TransientError("VolumeChanged", message, { happened: "no" });
  }

  /** Writes the id where there is none yet. */
  async mark(id: string): Promise<void> {
    const before = this.#marking;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#marking = promise;
    await before;
    try {
      await this.#mark(id);
    } finally {
      resolve();
    }
  }

  async #mark(id: string): Promise<void> {
    await Tree.make(this.location, async (tree) => {
      await this.check(tree, id);
      if (this.#marked) return;
      await writeVolumeId(tree, id);
      await this.check(tree, id);
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
