import type { Budget } from "../limits.ts";
import { DataInput } from "./data-input.ts";
import { digestBytes } from "./integrity.ts";
import { skipSealedObject } from "./sealed-object.ts";

/** `raw`: all bytes of the entry, to copy it without opening it. Views into the file. */
interface AnyEntry {
  readonly alias: string;
  readonly raw: Buffer;
}

export interface KeyEntry extends AnyEntry {
  readonly kind: "key";
  /** EncryptedPrivateKeyInfo. */
  readonly sealed: Buffer;
  readonly chain: readonly Buffer[];
}

export interface TrustedEntry extends AnyEntry {
  readonly kind: "trusted";
  readonly certificate: Buffer;
}

/** A symmetric key, which JCEKS keeps as a serialised Java object. */
export interface SecretEntry extends AnyEntry {
  readonly kind: "secret";
}

export type JksEntry = KeyEntry | TrustedEntry | SecretEntry;

export interface JksFile {
  readonly type: "JKS" | "JCEKS";
  /** 1 or 2; Java has written 2 since 1.2. */
  readonly version: number;
  readonly entries: readonly JksEntry[];
}

const types = new Map<number, JksFile["type"]>([
  [0xfeedfeed, "JKS"],
  [0xcececece, "JCEKS"],
]);

/** Kind, empty alias, date and the least content of an entry. */
const leastEntryBytes = 18;

/** By the first four bytes. */
export function jksType(bytes: Buffer): JksFile["type"] | undefined {
  return bytes.length < 4 ? undefined : types.get(bytes.readUInt32BE());
}

/**
 * The entries of a JKS or JCEKS in the file's order, nothing opened and nothing verified. Throws `FormatError` `Malformed`,
 * `UnsupportedAlgorithm` or `LimitExceeded`.
 */
export function parseJks(file: Buffer, budget: Budget): JksFile {
  const type = jksType(file);
  const input = new DataInput(file, file.length - digestBytes, `The ${type ?? "JKS"}`);
  if (type === undefined) throw input.damaged("it does not start as a JKS", 0, "FE ED FE ED");
  input.u32("the first word");
  const version = input.u32("the version");
  if (version !== 1 && version !== 2) throw input.damaged(`its version is ${version}`, 4, "version 1 or 2");
  const count = input.u32("the number of entries");
  if (count * leastEntryBytes > input.left) throw input.damaged(`${count} entries cannot fit in the file`, 8);
  const entries = Array.from({ length: count }, () => entry(input, version, budget));
  if (input.left > 0) throw input.damaged(`${input.left} bytes follow the last entry`, input.offset);
  return { type, version, entries };
}

function entry(input: DataInput, version: number, budget: Budget): JksEntry {
  const start = input.offset;
  const tag = input.u32("the kind of an entry");
  const alias = input.text("an alias");
  input.bytes(8, "the date of an entry");
  const raw = () => input.buffer.subarray(start, input.offset);
  switch (tag) {
    case 1: {
      const sealed = input.block("a private key");
      const chain = certificates(input, version, budget);
      return { kind: "key", alias, sealed, chain, raw: raw() };
    }
    case 2: {
      const certificate = x509(input, version, budget);
      return { kind: "trusted", alias, certificate, raw: raw() };
    }
    case 3:
      skipSealedObject(input);
      return { kind: "secret", alias, raw: raw() };
    default:
      throw input.damaged(`an entry is of kind ${tag}`, start, "kind 1, 2 or 3");
  }
}

function certificates(input: DataInput, version: number, budget: Budget): Buffer[] {
  const offset = input.offset;
  const count = input.u32("the length of a chain");
  if (count * 4 > input.left) throw input.damaged(`a chain of ${count} certificates cannot fit in the file`, offset);
  return Array.from({ length: count }, () => x509(input, version, budget));
}

function x509(input: DataInput, version: number, budget: Budget): Buffer {
  budget.chargeCertificates();
  const offset = input.offset;
  const type = version === 1 ? "X.509" : input.text("the type of a certificate");
  if (type !== "X.509" && type !== "X509") throw input.damaged("a certificate is not X.509", offset, "X.509");
  return input.block("a certificate");
}
