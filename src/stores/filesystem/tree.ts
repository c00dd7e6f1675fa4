import { BlockedError } from "../errors.ts";
import { Folder } from "./folder.ts";

/** The folder of a store's own files, in its directory. */
export const ownFolder = ".certferry";

/** Where a store's files lie: both paths without links, `.` or `..`. */
export interface Location {
  /** Absolute. */
  readonly root: string;
  /** Below it. */
  readonly directory: string;
}

/** The folders of a store's directory, each opened once for one look or one write. */
export class Tree {
  readonly #top: Folder;
  readonly #open = new Map<string, Folder>();

  private constructor(top: Folder) {
    this.#top = top;
  }

  /** Lends the tree to `work`; undefined where the directory is absent. */
  static async lend<T>(location: Location, work: (tree: Tree | undefined) => Promise<T>): Promise<T> {
    return Tree.#lend(await Tree.#reach(location, "Leave"), work);
  }

  /** The same, with the directory made where it is absent. */
  static async make<T>(location: Location, work: (tree: Tree) => Promise<T>): Promise<T> {
    return Tree.#lend(await Tree.#reach(location, "Make"), (tree) => {
      if (tree === undefined) throw missing(location);
      return work(tree);
    });
  }

  static async #lend<T>(top: Folder | undefined, work: (tree: Tree | undefined) => Promise<T>): Promise<T> {
    if (top === undefined) return work(undefined);
    const tree = new Tree(top);
    try {
      return await work(tree);
    } finally {
      await Promise.all([top, ...tree.#open.values()].map((folder) => folder.close()));
    }
  }

  /** Walks from `/` to the directory. Only what lies below the root is made. */
  static async #reach({ root, directory }: Location, absent: "Leave" | "Make"): Promise<Folder | undefined> {
    let folder = await Folder.root();
    const above = root.split("/").filter((name) => name !== "");
    const below = directory.split("/");
    for (const [index, name] of [...above, ...below].entries()) {
      const deeper = index > above.length;
      try {
        if (deeper) await refuseStore(folder, "lies in");
        const next: Folder | undefined =
          absent === "Make" && index >= above.length ? await folder.make(name) : await folder.enter(name);
        if (next === undefined && index < above.length) throw missing({ root, directory });
        await folder.close();
        if (next === undefined) return undefined;
        folder = next;
      } catch (error) {
        await folder.close();
        throw error;
      }
    }
    return folder;
  }

  /** The folder of a file, and the file's name in it; undefined where the folder is absent. */
  async find(path: string): Promise<{ folder: Folder; name: string } | undefined> {
    const { names, name } = split(path);
    const folder = await this.#walk(names, (parent, child) => parent.enter(child));
    return folder && { folder, name };
  }

  /** The same, with the folders on the way made where they are absent. */
  async make(path: string): Promise<{ folder: Folder; name: string }> {
    const { names, name } = split(path);
    const folder = await this.#walk(names, (parent, child) => parent.make(child));
    if (folder === undefined) throw new BlockedError("NotAFolder", `The folder of ${path} is gone.`);
    return { folder, name };
  }

  async #walk(
    names: readonly string[],
    step: (parent: Folder, child: string) => Promise<Folder | undefined>,
  ): Promise<Folder | undefined> {
    let folder = this.#top;
    for (const [index, name] of names.entries()) {
      const key = names.slice(0, index + 1).join("/");
      const known = this.#open.get(key);
      const next = known ?? (await step(folder, name));
      if (next === undefined) return undefined;
      if (known === undefined) {
        this.#open.set(key, next);
        if (name !== ownFolder) await refuseStore(next, "leads into");
      }
      folder = next;
    }
    return folder;
  }
}

/** One file must not have two addresses, and two stores not each other's rights. */
async function refuseStore(folder: Folder, how: string): Promise<void> {
  if (!(await folder.has(ownFolder))) return;
  throw new BlockedError(
    "NestedStore",
    `This ${how} ${folder.path}, which is the directory of another store; use that store.`,
  );
}

function missing({ root }: Location): BlockedError {
  return new BlockedError("RootMissing", `${root}, which --filesystem-root names, is not there; mount it.`);
}

function split(path: string): { names: string[]; name: string } {
  const names = path.split("/");
  return { names: names.slice(0, -1), name: names.at(-1) ?? "" };
}
