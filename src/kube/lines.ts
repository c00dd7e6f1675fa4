import { KubeError } from "./errors.ts";

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines, whatever the chunks' borders are. */
export class LineSplitter {
  readonly #limitBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  /** @param limitBytes a longer line is `MalformedAnswer` */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes of the line that has begun and not ended. */
  get restBytes(): number {
    return this.#pendingBytes;
  }

  /** The lines that this chunk ends, without their line breaks. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(Buffer.concat(this.#pending).toString("utf8"));
      this.#pending = [];
      this.#pendingBytes = 0;
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  #keep(part: Uint8Array): void {
    if (part.byteLength === 0) return;
    this.#pending.push(part);
    this.#pendingBytes += part.byteLength;
    if (this.#pendingBytes > this.#limitBytes) {
      throw new KubeError("MalformedAnswer", `a line of the answer is longer than ${this.#limitBytes} bytes`);
    }
  }
}
