import { FormatError } from "../errors.ts";
import { modifiedUtf8 } from "./modified-utf8.ts";

/** Writes as Java's DataOutputStream does, into memory. */
export class DataOutput {
  private buffer = Buffer.allocUnsafe(4096);
  private length = 0;

  /** What was written so far; a view. */
  get written(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  u32(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeUInt32BE(value, this.length);
  }

  date(date: Date): void {
    const high = Math.floor(date.getTime() / 2 ** 32);
    this.reserve(8);
    this.length = this.buffer.writeInt32BE(high, this.length);
    this.length = this.buffer.writeUInt32BE(date.getTime() - high * 2 ** 32, this.length);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Bytes with their length in four bytes before them. */
  block(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  /** Throws `FormatError` `LimitExceeded` for more text than its length in two bytes can tell. */
  text(text: string): void {
    const bytes = modifiedUtf8(text);
    if (bytes.length > 0xffff) throw new FormatError("LimitExceeded", "The alias is longer than a JKS can hold.");
    this.reserve(2);
    this.length = this.buffer.writeUInt16BE(bytes.length, this.length);
    this.bytes(bytes);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
