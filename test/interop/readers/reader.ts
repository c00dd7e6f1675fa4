import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Pkcs12Profile } from "../../../src/formats/index.ts";

/** Another program that reads PKCS#12. */
export interface KeystoreReader {
  readonly name: string;
  /** Undefined where the program is not there. */
  version(): Promise<string | undefined>;
  /** Throws when the program refuses. */
  read(input: ReadInput): Promise<Found>;
  /** Whether it makes something of a keystore without a key. */
  readonly keepsTrust: boolean;
  readonly cannot: Partial<Readonly<Record<Pkcs12Profile, Limitation>>>;
}

export interface ReadInput {
  readonly file: string;
  readonly password: string;
  readonly content: "Keystore" | "Truststore";
}

export interface Limitation {
  readonly reason: string;
  /** Where only one kind of content is concerned. */
  readonly content?: "Keystore" | "Truststore";
  /** The first version of the program that can. */
  readonly until?: string;
}

/** SHA-256, sorted: of the certificates in DER, and of the keys' SubjectPublicKeyInfo. */
export interface Found {
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

export function found(certificates: readonly Uint8Array[], keys: readonly KeyObject[]): Found {
  const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const spkis = keys.map((key) =>
    (key.type === "private" ? createPublicKey(key) : key).export({ format: "der", type: "spki" }),
  );
  return { certificates: certificates.map(sha256).toSorted(), keys: spkis.map(sha256).toSorted() };
}

/** What the PEM blocks in a program's words hold. */
export function foundInPem(text: string): Found {
  const blocks = (label: string): string[] =>
    text.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, "g")) ?? [];
  const certificates = blocks("CERTIFICATE").map((pem) => new X509Certificate(pem).raw);
  return found(
    certificates,
    blocks("(?:EC |RSA )?PRIVATE KEY").map((pem) => createPrivateKey(pem)),
  );
}
