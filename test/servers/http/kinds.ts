/** What a server calls the requests that it knows, such as `POST /Certificates/Import`. */
export class Kinds {
  readonly #names: ReadonlySet<string>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  /** Throws where there is no such endpoint: a test that counts what cannot come would see none, whatever happens. */
  check(kind: string): void {
    if (!this.#names.has(kind)) throw new Error(`there is no endpoint ${kind}`);
  }
}
