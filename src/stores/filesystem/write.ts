import { isStoreError, type StoreError, TransientError } from "../errors.ts";
import { unlessTimedOut } from "./failure.ts";
import type { Folder } from "./folder.ts";
import { temporaryName } from "./mark.ts";
import type { Tree } from "./tree.ts";

/** A file that is to have these bytes. */
export interface FileChange {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

interface Staged {
  readonly folder: Folder;
  readonly temporary: string;
  readonly name: string;
}

/** Files that are written beside their places, down to the disk, and wait to take them. */
export class StagedFiles {
  readonly #files: readonly Staged[];

  private constructor(files: readonly Staged[]) {
    this.#files = files;
  }

  /** Where one cannot be written, none stays. @param mark whose temporary names are used */
  static async write(
    tree: Tree,
    mark: string,
    changes: readonly FileChange[],
    signal: AbortSignal,
  ): Promise<StagedFiles> {
    const staged: Staged[] = [];
    try {
      for (const { path, bytes, mode } of changes) {
        unlessTimedOut(signal);
        const { folder, name } = await tree.make(path);
        const temporary = temporaryName(mark, path);
        await folder.remove(temporary);
        staged.push({ folder, temporary, name });
        await folder.write(temporary, bytes, mode);
      }
    } catch (error) {
      await discard(staged);
      throw error;
    }
    return new StagedFiles(staged);
  }

  async discard(): Promise<void> {
    await discard(this.#files);
  }

  /**
   * Each takes its place in one step, in the order in which they were given. A signal is not heard here: half of the files would
   * be of another certificate.
   */
  async takePlaces(): Promise<void> {
    let done = 0;
    try {
      for (const { folder, temporary, name } of this.#files) {
        await folder.rename(temporary, name);
        done += 1;
      }
      for (const folder of new Set(this.#files.map(({ folder }) => folder))) await folder.sync();
    } catch (error) {
      await discard(this.#files);
      throw done > 0 && isStoreError(error) ? halfDone(error) : error;
    }
  }
}

/** What hindered the write may hinder this, too: the next run takes away what is left. */
async function discard(files: readonly Staged[]): Promise<void> {
  for (const { folder, temporary } of files) await folder.remove(temporary).catch(() => {});
}

function halfDone(error: StoreError): TransientError {
  return new TransientError(error.reason, error.message, { happened: "unknown", cause: error });
}
