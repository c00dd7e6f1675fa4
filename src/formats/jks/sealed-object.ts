import { FormatError } from "../errors.ts";
import type { DataInput } from "./data-input.ts";

/** Marks of the Java Object Serialization Stream Protocol, section 6.4.2. */
const NULL = 0x70;
const REFERENCE = 0x71;
const CLASS = 0x72;
const OBJECT = 0x73;
const STRING = 0x74;
const ARRAY = 0x75;
const END = 0x78;

const sealedBy = "com.sun.crypto.provider.SealedObjectForKeyProtector";

/**
 * Steps over the secret key of a JCEKS: a serialised SealedObjectForKeyProtector, the only class that Java writes there,
 * which has no length before it. Nothing is made of what is read. Throws `FormatError` `Malformed`, or
 * `UnsupportedAlgorithm` for another class.
 */
export function skipSealedObject(input: DataInput): void {
  const start = input.offset;
  if (input.u32("a secret key") !== 0xaced0005) {
    throw input.damaged("a secret key is no serialised Java object", start, "AC ED 00 05");
  }
  mark(input, OBJECT);
  mark(input, CLASS);
  const name = input.text("a class name");
  if (name !== sealedBy) {
    const message = "A secret key in the JCEKS is of a Java class that keytool does not write; remove that entry.";
    throw new FormatError("UnsupportedAlgorithm", message);
  }
  skipClass(input);
  mark(input, CLASS);
  input.text("a class name");
  const fields = skipClass(input);
  mark(input, NULL);
  for (let field = 0; field < fields; field++) skipValue(input);
}

/** From the serial number to the end of a class description. Returns its number of fields. */
function skipClass(input: DataInput): number {
  input.bytes(9, "a class description");
  const fields = input.u16("a number of fields");
  for (let field = 0; field < fields; field++) {
    input.u8("the type of a field");
    input.text("the name of a field");
    skipString(input);
  }
  mark(input, END);
  return fields;
}

/** A byte array, a string, a reference to one, or null: what SealedObject's four fields hold. */
function skipValue(input: DataInput): void {
  const offset = input.offset;
  if (input.buffer[offset] !== ARRAY) return skipString(input);
  mark(input, ARRAY);
  if (input.buffer[input.offset] === REFERENCE) skipString(input);
  else {
    mark(input, CLASS);
    input.text("a class name");
    skipClass(input);
    mark(input, NULL);
  }
  input.block("a part of a secret key");
}

function skipString(input: DataInput): void {
  const offset = input.offset;
  const found = input.u8("a serialised value");
  if (found === STRING) input.text("a serialised string");
  else if (found === REFERENCE) input.u32("a reference");
  else if (found !== NULL) throw unexpected(input, found, offset);
}

function mark(input: DataInput, wanted: number): void {
  const offset = input.offset;
  const found = input.u8("a serialised object");
  if (found !== wanted) throw unexpected(input, found, offset);
}

function unexpected(input: DataInput, found: number, offset: number): FormatError {
  return input.damaged(`a secret key holds the mark 0x${found.toString(16)}, which does not belong there`, offset);
}
