import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import { TerminalError } from "../errors.ts";
import { asking, type Asked, codeOf, notAFile } from "./failure.ts";

/** A regular file as it was found. */
export interface FoundFile {
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** More than any output comes to: what is larger is none of ours, and is not read. */
const largestBytes = 8 * 1024 * 1024;

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * An open folder. What lies in it is named through its handle (`/proc/self/fd`), so that nobody can put a link in the place of a
 * folder between two steps (docs/adr/0009-files-by-open-folders.md). Throws what `failure.ts` says.
 */
export class Folder {
  /** For messages. */
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** The root of everything. Throws `TerminalError` `NotLinux` elsewhere than on Linux. */
  static async root(): Promise<Folder> {
    if (process.platform === "linux") return Folder.#open("/", "/");
    throw new TerminalError(
      "NotLinux",
      "Files are written on Linux only, where folders can be held open; run the operator there.",
    );
  }

  static async #open(path: string, shown: string): Promise<Folder> {
    return new Folder(shown, await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  /** A folder in this one; undefined where it is absent. */
  async enter(name: string): Promise<Folder | undefined> {
    return this.#asked("look at", name, async (at, path) => absentIfMissing(() => Folder.#open(at, path)));
  }

  /** The same, made where it is absent: rwxr-x---, and by the umask. */
  async make(name: string): Promise<Folder> {
    return this.#asked("create", name, async (at, path) => {
      const present = await absentIfMissing(() => Folder.#open(at, path));
      if (present !== undefined) return present;
      await unlessThere(() => mkdir(at, { mode: 0o750 }));
      await this.#handle.sync();
      return Folder.#open(at, path);
    });
  }

  async has(name: string): Promise<boolean> {
    return (await this.#stat(name)) !== undefined;
  }

  /** Undefined where nothing has that name. Neither links are followed nor pipes and devices opened. */
  async read(name: string): Promise<FoundFile | undefined> {
    return this.#asked("look at", name, async (at, path) => {
      const before = await this.#stat(name);
      if (before === undefined) return undefined;
      mustBeFile(before, path);
      const handle = await absentIfMissing(() => open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
      if (handle === undefined) return undefined;
      try {
        const stats = await handle.stat();
        mustBeFile(stats, path);
        return { bytes: await handle.readFile(), mode: stats.mode & 0o777 };
      } finally {
        await handle.close();
      }
    });
  }

  /** Writes a file that is not there, readable to nobody else from its first byte on, down to the disk. */
  async write(name: string, bytes: Uint8Array, mode: number): Promise<void> {
    await this.#asked("write", name, async (at) => {
      const handle = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await handle.writeFile(bytes);
        if (mode !== 0o600) await handle.chmod(mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  /** Gives a file of this folder the name of another one, which it replaces in one step. */
  async rename(from: string, to: string): Promise<void> {
    await this.#asked("write", to, (at) => rename(this.#at(from), at));
  }

  /** Ends well where it is absent. */
  async remove(name: string): Promise<void> {
    await this.#asked("remove", name, async (at) => {
      await absentIfMissing(() => unlink(at));
    });
  }

  /** Brings renames and removals down to the disk. */
  async sync(): Promise<void> {
    await asking({ verb: "write", path: this.path }, () => this.#handle.sync());
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #at(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  #asked<T>(verb: Asked["verb"], name: string, work: (at: string, path: string) => Promise<T>): Promise<T> {
    const path = `${this.path === "/" ? "" : this.path}/${name}`;
    return asking({ verb, path }, () => work(this.#at(name), path));
  }

  #stat(name: string): Promise<Stats | undefined> {
    return this.#asked("look at", name, (at) => absentIfMissing(() => lstat(at)));
  }
}

function mustBeFile(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw notAFile(path, "a link, and links are not followed");
  if (!stats.isFile()) throw notAFile(path, "no regular file");
  if (stats.size > largestBytes) throw notAFile(path, "larger than 8 MiB");
}

/** Others may make the same at once. */
async function unlessThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

async function absentIfMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
