import { readFile } from "node:fs/promises";
import { describe } from "../../http/index.ts";

const KEEP_MILLISECONDS = 60_000;

/** A mounted file whose content changes under way: read again at least every minute, as client-go does. */
export class RereadFile {
  readonly #path: string;
  readonly #whatToDo: string;
  readonly #now: () => number;
  #content: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param whatToDo ends the error message of a file that cannot be read */
  constructor(path: string, whatToDo: string, now: () => number) {
    this.#path = path;
    this.#whatToDo = whatToDo;
    this.#now = now;
  }

  /** The content, at most a minute old. When it cannot be read again, the last one goes on. */
  async get(): Promise<string> {
    if (this.#content !== undefined && this.#now() - this.#readAt < KEEP_MILLISECONDS) return this.#content;
    const last = this.#content;
    try {
      return await this.refresh();
    } catch (error) {
      if (last === undefined) throw error;
      return last;
    }
  }

  /** The content now. Throws an Error that names the file, also when it is empty. */
  async refresh(): Promise<string> {
    this.#readAt = this.#now();
    const content = await readText(this.#path, this.#whatToDo);
    this.#content = content;
    return content;
  }
}

/** A text file without surrounding white space. Throws an Error that names it and ends with `whatToDo`. */
export async function readText(path: string, whatToDo: string): Promise<string> {
  let content: string;
  try {
    content = (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new Error(`cannot read ${path} (${describe(error)}): ${whatToDo}`, { cause: error });
  }
  if (content === "") throw new Error(`${path} is empty: ${whatToDo}`);
  return content;
}
