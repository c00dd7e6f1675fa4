/**
 * A version of Command, as it tells it with every answer; undefined where it tells none, as behind a proxy that drops the header.
 */
export class CommandVersion {
  readonly text: string | undefined;
  readonly #major: number;
  readonly #minor: number;

  constructor(text: string | undefined) {
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(text ?? "") ?? [];
    this.text = major === undefined ? undefined : text;
    this.#major = Number(major ?? 0);
    this.#minor = Number(minor ?? 0);
  }

  /** False also where the version is not known. */
  since(major: number, minor = 0): boolean {
    return this.#major > major || (this.#major === major && this.#minor >= minor);
  }

  /** Whether it surely lacks what came with this version: where it is not known, Command itself has to tell. */
  before(major: number, minor = 0): boolean {
    return this.text !== undefined && !this.since(major, minor);
  }

  /** Owner roles came with 24.4; 12.x is the line of the vendor's own cloud, which had them in 12.4. */
  get lacksOwners(): boolean {
    return this.before(24, 4) && !(this.#major === 12 && this.#minor >= 4);
  }
}
