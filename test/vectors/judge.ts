import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { bundleOf, certificateFacts, type Decoded } from "../../src/formats/index.ts";
import type { Expectation } from "./manifest.ts";

/** The certificates of own-chain are valid from 2026 to 2030. */
export const now = new Date("2027-01-01T00:00:00Z");

type Found = Record<string, unknown>;

/** What the manifest tells of a file, in a form that can be compared with `seen`. */
export function wanted(expect: Expectation): Found {
  const { certs, keys, friendlyNames, entries, order, serial, subject, subjectCN, san, labels, type } = expect;
  const spki = expect.spki_sha256_16;
  return present({
    certificates: Array.isArray(certs) ? certs.map(({ sha256 }) => sha256).toSorted() : certs,
    keys: Array.isArray(keys) ? keys.length : keys,
    publicKeys: Array.isArray(keys) ? keys.flatMap(({ spki_sha256: digest }) => digest ?? []).toSorted() : undefined,
    keyTypes: spki === undefined && type !== undefined ? [type] : undefined,
    publicKey: spki === undefined ? undefined : [spki],
    names: friendlyNames === undefined ? namesOf(expect) : unique(friendlyNames),
    entries: entries
      ?.filter(({ kind }) => kind !== "secret")
      .map(({ kind, alias }) => `${kind} ${alias}`)
      .toSorted(),
    entryCertificates: entries && unique(entries.flatMap(({ chain }) => chain ?? [])),
    order: order?.map(({ sha256 }) => sha256),
    serial: serial?.replace(/^0+(?=.)/, ""),
    subject: subject === undefined ? undefined : attributes(subject),
    commonName: subjectCN,
    altNames: san,
    blocks: labels === undefined ? undefined : labels.includes("CERTIFICATE x2") ? 2 : 1,
  });
}

/** The same of what was read, for the names that `asked` has. */
export function seen(decoded: Decoded, asked: Found): Found {
  const { certificates, keys } = decoded;
  const digests = certificates.map(({ der }) => sha256(der));
  const publicKeys = keys.map(({ pkcs8 }) =>
    createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })),
  );
  const spki = publicKeys.map((key) => sha256(key.export({ format: "der", type: "spki" })));
  const [first] = certificates;
  const facts = first === undefined ? undefined : certificateFacts(first.der);
  const all: Record<string, () => unknown> = {
    certificates: () => (typeof asked["certificates"] === "number" ? digests.length : digests.toSorted()),
    keys: () => keys.length,
    publicKeys: () => (Array.isArray(asked["publicKeys"]) && asked["publicKeys"].length === 0 ? [] : spki.toSorted()),
    keyTypes: () => publicKeys.map((key) => key.asymmetricKeyType),
    publicKey: () => spki.map((digest) => digest.slice(0, 16)),
    names: () => namesAs(asked, decoded),
    entries: () => entriesOf(decoded),
    entryCertificates: () => unique(digests),
    order: () => ordered(decoded),
    serial: () => facts?.serialNumber.replace(/^0+(?=.)/, ""),
    subject: () => attributes(facts?.subject ?? ""),
    commonName: () => /CN=([^,]*)/.exec(facts?.subject ?? "")?.[1],
    altNames: () => facts?.altNames.join(", "),
    blocks: () => certificates.length,
  };
  return Object.fromEntries(Object.keys(asked).map((name) => [name, all[name]?.()]));
}

/** openssl, which wrote `friendlyNames`, prints of each UTF-16 unit the lower byte alone. */
function namesAs(asked: Found, { certificates, keys }: Decoded): string[] {
  const names = [...certificates, ...keys].flatMap(({ alias }) => alias ?? []);
  const lossy = Array.isArray(asked["names"]) && asked["names"].includes("\uFFFD");
  return unique(lossy ? names.map((name) => name.replaceAll(/[^\0-\x7F]/g, lowerByte)) : names);
}

function lowerByte(unit: string): string {
  const byte = unit.charCodeAt(0) & 0xff;
  return byte < 0x80 ? String.fromCharCode(byte) : "\uFFFD";
}

/** A key's chain has no entries of its own. */
function entriesOf({ certificates, keys }: Decoded): string[] {
  const trusted = certificates.flatMap((one) => (one.trusted === true ? [`cert ${one.alias ?? ""}`] : []));
  return [...keys.map(({ alias = "" }) => `key ${alias}`), ...trusted].toSorted();
}

function ordered(decoded: Decoded): string[] {
  const { leaf, chain, root } = bundleOf(decoded, { now });
  return [leaf, ...chain, ...(root === undefined || root.equals(leaf) ? [] : [root])].map(sha256);
}

function namesOf({ certs, keys }: Expectation): string[] | undefined {
  if (!Array.isArray(certs) || !Array.isArray(keys)) return undefined;
  return unique([...certs, ...keys].flatMap(({ friendlyName }) => friendlyName ?? []));
}

/**
 * `CN=a,O=b` or `O=b, CN=a` as a sorted list: openssl's options for names differ between the oracles. Without values that are
 * no text and the names of their attributes.
 */
function attributes(name: string): string[] {
  const all = name.split(/(?<!\\)[,+] ?/).map((attribute) => attribute.trimEnd());
  return all.filter((attribute) => !attribute.startsWith("x500UniqueIdentifier=")).toSorted();
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].toSorted();
}

function present(fields: Found): Found {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
