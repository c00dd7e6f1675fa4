const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** What the frame ends with where the items begin. */
const ITEMS = /(?<!\\)"items"\s*:\s*\[$/;
/** Stands in the frame for an item. */
const ITEM = Buffer.from("0");

/** Cuts the JSON of a list into its items as it comes, whatever the chunks' borders are. */
export class ItemSplitter {
  readonly #frame: Uint8Array[] = [];
  /** The item that has begun. */
  #item: Uint8Array[] = [];
  /** Items that have ended and were not given yet. */
  #items: string[] = [];
  /** Where in the chunk that begins which is neither in the frame nor in an item. */
  #from = 0;
  #depth = 0;
  #inItems = false;
  #inString = false;
  #escaped = false;

  /** The list with `0` in the place of each item that is an object or a list. */
  get frame(): string {
    return textOf(this.#frame);
  }

  /** The items that this chunk ends. */
  push(chunk: Uint8Array): string[] {
    this.#items = [];
    this.#from = 0;
    let at = 0;
    while (at < chunk.byteLength) {
      const byte = chunk[at];
      if (this.#inString) this.#passString(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(chunk, at, byte);
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close(chunk, at);
      at += 1;
    }
    const rest = this.#take(chunk, at);
    if (this.#inItems && this.#depth > 2) this.#item.push(rest);
    else this.#keep(rest);
    return this.#items;
  }

  #passString(byte: number | undefined): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #open(chunk: Uint8Array, at: number, byte: number): void {
    this.#depth += 1;
    if (this.#inItems && this.#depth === 3) this.#keep(this.#take(chunk, at));
    if (this.#depth !== 2 || byte !== OPEN_LIST) return;
    this.#keep(this.#take(chunk, at + 1));
    this.#inItems = ITEMS.test(this.frame);
  }

  #close(chunk: Uint8Array, at: number): void {
    this.#depth -= 1;
    if (this.#depth === 1) this.#inItems = false;
    if (!this.#inItems || this.#depth !== 2) return;
    this.#items.push(textOf([...this.#item, this.#take(chunk, at + 1)]));
    this.#item = [];
    this.#keep(ITEM);
  }

  #take(chunk: Uint8Array, to: number): Uint8Array {
    const part = chunk.subarray(this.#from, to);
    this.#from = to;
    return part;
  }

  /** Copies: a view of one byte would keep its whole chunk. */
  #keep(part: Uint8Array): void {
    this.#frame.push(Buffer.from(part));
  }
}

/** Most items lie within one chunk, and need no copy. */
function textOf(parts: readonly Uint8Array[]): string {
  const [first, second] = parts;
  if (first === undefined || second !== undefined) return Buffer.concat(parts).toString("utf8");
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength).toString("utf8");
}
