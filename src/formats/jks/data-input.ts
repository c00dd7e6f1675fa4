import { type FormatError, malformed } from "../errors.ts";
import { modifiedUtf8Text } from "./modified-utf8.ts";

/** Reads as Java's DataInputStream does: big endian, strings with a length before them. What it gives are views. */
export class DataInput {
  readonly buffer: Buffer;
  offset = 0;
  private readonly what: string;
  private readonly end: number;

  /** `end`: where the data ends and the digest begins. */
  constructor(buffer: Buffer, end: number, what: string) {
    this.buffer = buffer;
    this.end = end;
    this.what = what;
  }

  get left(): number {
    return this.end - this.offset;
  }

  bytes(count: number, name: string): Buffer {
    const start = this.step(count, name);
    return this.buffer.subarray(start, this.offset);
  }

  u8(name: string): number {
    return this.buffer.readUInt8(this.step(1, name));
  }

  u16(name: string): number {
    return this.buffer.readUInt16BE(this.step(2, name));
  }

  u32(name: string): number {
    return this.buffer.readUInt32BE(this.step(4, name));
  }

  /** Bytes with their length in four bytes before them. */
  block(name: string): Buffer {
    return this.bytes(this.u32(`the length of ${name}`), name);
  }

  text(name: string): string {
    const start = this.offset;
    const text = modifiedUtf8Text(this.bytes(this.u16(`the length of ${name}`), name));
    if (text === undefined) throw this.damaged(`${name} is not text as Java writes it`, start);
    return text;
  }

  damaged(problem: string, offset: number, expected?: string): FormatError {
    return malformed(this.what, offset, problem, expected);
  }

  /** Goes on by so many bytes, and gives where they start. */
  private step(count: number, name: string): number {
    if (count > this.left) {
      throw this.damaged(`${name} has ${count} bytes, of which only ${this.left} are there`, this.offset);
    }
    const start = this.offset;
    this.offset += count;
    return start;
  }
}
