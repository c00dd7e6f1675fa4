import { Reader } from "../asn1/reader.ts";
import { INTEGER, OID } from "../asn1/tags.ts";
import { oidKey } from "./oid-key.ts";

const rsa = oidKey("1.2.840.113549.1.1.1");
const ec = oidKey("1.2.840.10045.2.1");
const others = new Map([
  [oidKey("1.3.101.112"), "Ed25519"],
  [oidKey("1.3.101.113"), "Ed448"],
]);
const curves = new Map([
  [oidKey("1.2.840.10045.3.1.7"), "P-256"],
  [oidKey("1.3.132.0.34"), "P-384"],
  [oidKey("1.3.132.0.35"), "P-521"],
  [oidKey("1.3.132.0.10"), "P-256K"],
]);

/** `RSA 2048`, `EC P-256`, `Ed25519` of a SubjectPublicKeyInfo. */
export function keyAlgorithm(spki: Buffer): string {
  const fields = Reader.of(spki, { what: "the public key" }).sequence();
  const algorithm = fields.sequence();
  const id = algorithm.content(OID).toString("latin1");
  if (id === rsa) return `RSA ${modulusBits(fields.bits())}`;
  const name = id === ec ? curves.get(algorithm.content(OID).toString("latin1")) : others.get(id);
  if (name === undefined) throw new Error("a key that is not plain");
  return id === ec ? `EC ${name}` : name;
}

function modulusBits(key: Buffer): number {
  const modulus = Reader.of(key, { what: "the public key" }).sequence().content(INTEGER);
  const start = modulus[0] === 0 ? 1 : 0;
  return 8 * (modulus.length - start) - Math.clz32(modulus[start] ?? 0) + 24;
}
