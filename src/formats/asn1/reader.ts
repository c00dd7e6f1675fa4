import { type FormatError, malformed } from "../errors.ts";
import { defaultLimits } from "../limits.ts";
import { readHeader } from "./header.ts";
import { elementEnd, tooDeep } from "./indefinite.ts";
import { oidText } from "./oid.ts";
import { BIT_STRING, CONSTRUCTED, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, tagName } from "./tags.ts";

/** One element: offsets into the buffer that the reader walks. `end` lies after an indefinite element's end mark. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly end: number;
}

export interface ReaderOptions {
  /** What is read, for messages: `the certificate`. */
  readonly what: string;
  /** Allow what BER adds: indefinite lengths, lengths that are longer than needed, strings in pieces. */
  readonly ber?: boolean;
  /** Levels of nesting; the default limit when unset. */
  readonly depth?: number;
}

/**
 * A cursor over the elements of one constructed value. Copies nothing: what it gives are views into the input. Every
 * method that meets something else than it expects throws `FormatError` `Malformed` with the offset and what was expected.
 */
export class Reader {
  readonly buffer: Buffer;
  readonly what: string;
  readonly ber: boolean;
  private readonly end: number;
  private readonly depth: number;
  private position: number;

  private constructor(buffer: Buffer, start: number, end: number, what: string, ber: boolean, depth: number) {
    if (depth < 0) throw tooDeep(what);
    this.buffer = buffer;
    this.what = what;
    this.ber = ber;
    this.end = end;
    this.depth = depth;
    this.position = start;
  }

  /** Reads the whole of `buffer`. */
  static of(buffer: Buffer, options: ReaderOptions): Reader {
    return new Reader(
      buffer,
      0,
      buffer.length,
      options.what,
      options.ber ?? false,
      options.depth ?? defaultLimits.depth,
    );
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  get offset(): number {
    return this.position;
  }

  /** Whether an element with `tag` comes next. */
  is(tag: number): boolean {
    return this.tag === tag;
  }

  /** The next element, which must carry `tag` when one is given. */
  element(tag?: number): Element {
    const start = this.position;
    if (start >= this.end) {
      const wanted = tag === undefined ? "an element" : tagName(tag);
      throw malformed(this.what, start, `${wanted} is missing`, wanted);
    }
    const found = this.buffer[start] ?? 0;
    if (tag !== undefined && found !== tag) throw this.expected(tagName(tag), found, start);
    const header = readHeader(this.buffer, start, this.end, this.ber, this.what);
    if (header.length >= 0) {
      const contentEnd = header.contentStart + header.length;
      this.position = contentEnd;
      return { tag: found, start, contentStart: header.contentStart, contentEnd, end: contentEnd };
    }
    const end = elementEnd(this.buffer, start, this.end, this.depth, this.what);
    this.position = end;
    return { tag: found, start, contentStart: header.contentStart, contentEnd: end - 2, end };
  }

  /** A cursor over the content of the next element. */
  into(tag: number): Reader {
    return this.inside(this.element(tag));
  }

  inside(element: Element): Reader {
    return new Reader(this.buffer, element.contentStart, element.contentEnd, this.what, this.ber, this.depth - 1);
  }

  sequence(): Reader {
    return this.into(SEQUENCE);
  }

  set(): Reader {
    return this.into(SET);
  }

  /** The next element when it carries `tag`. */
  optional(tag: number): Element | undefined {
    return this.is(tag) ? this.element() : undefined;
  }

  /** The whole next element, header included. */
  raw(tag?: number): Buffer {
    return this.rawOf(this.element(tag));
  }

  rawOf(element: Element): Buffer {
    return this.buffer.subarray(element.start, element.end);
  }

  content(tag: number): Buffer {
    return this.contentOf(this.element(tag));
  }

  contentOf(element: Element): Buffer {
    return this.buffer.subarray(element.contentStart, element.contentEnd);
  }

  oid(): string {
    const element = this.element(OID);
    return oidText(this.contentOf(element)) ?? this.fail("an OBJECT IDENTIFIER is damaged", element.start);
  }

  /** The bytes of an INTEGER, two's complement, in the shortest form. */
  integerBytes(): Buffer {
    const element = this.element(INTEGER);
    const bytes = this.contentOf(element);
    const [first = 0, second = 0] = bytes;
    const padded = bytes.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (bytes.length === 0 || (padded && !this.ber)) this.fail("an INTEGER is not in its shortest form", element.start);
    return bytes;
  }

  /** An INTEGER from 0 to 2^31-1, as counts and lengths are. */
  small(name: string): number {
    const start = this.position;
    const bytes = this.integerBytes();
    const first = bytes[0] ?? 0;
    if (first >= 0x80) this.fail(`${name} is negative`, start);
    const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    if (first === 0 && bytes.every((byte) => byte === 0)) return 0;
    if (digits.length > 4 || (digits.length === 4 && (digits[0] ?? 0) >= 0x80)) return Number.MAX_SAFE_INTEGER;
    return digits.readUIntBE(0, digits.length);
  }

  /** An OCTET STRING, put together when BER gives it in pieces. */
  octets(): Buffer {
    if (this.ber && this.tag === (OCTET_STRING | CONSTRUCTED)) return this.pieces(this.element());
    return this.content(OCTET_STRING);
  }

  /** A string whose tag was replaced by an implicit [n], in one piece or several. */
  implicitOctets(number: number): Buffer {
    const found = this.tag;
    if (this.ber && found === (0xa0 | number)) return this.pieces(this.element());
    return this.content(0x80 | number);
  }

  /** The bits of a BIT STRING that fills whole bytes. */
  bits(): Buffer {
    const element = this.element(BIT_STRING);
    const bytes = this.contentOf(element);
    if (bytes.length === 0 || (bytes[0] ?? 0) > 7) this.fail("a BIT STRING is damaged", element.start);
    return bytes.subarray(1);
  }

  /** Throws when something follows. */
  finish(): void {
    if (!this.done) this.fail(`nothing should follow, but ${tagName(this.tag)} does`, this.position);
  }

  fail(problem: string, offset = this.position): never {
    throw malformed(this.what, offset, problem);
  }

  /** The next tag, 0 at the end. */
  private get tag(): number {
    return this.position < this.end ? (this.buffer[this.position] ?? 0) : 0;
  }

  private pieces(element: Element): Buffer {
    const parts: Buffer[] = [];
    const reader = this.inside(element);
    while (!reader.done) parts.push(reader.octets());
    return Buffer.concat(parts);
  }

  private expected(wanted: string, found: number, offset: number): FormatError {
    return malformed(this.what, offset, `${wanted} was expected, ${tagName(found)} found`, wanted);
  }
}
