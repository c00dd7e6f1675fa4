import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const certificate = z.object({ sha256, subject: z.string(), friendlyName: z.string().optional() });
const key = z.object({
  type: z.string(),
  spki_sha256: sha256.optional(),
  friendlyName: z.string().optional(),
});
const entry = z.object({
  kind: z.enum(["key", "cert", "secret"]),
  alias: z.string(),
  chain: z.array(sha256).optional(),
});

/** What a file must give. Each kind of file tells what its own oracle could see. */
const expectation = z.object({
  result: z.enum(["ok", "refuse", "either"]),
  password: z.string().nullish(),
  keyPassword: z.string().optional(),
  /** Digests of the certificates, or their number. */
  certs: z.union([z.array(certificate), z.number()]).optional(),
  keys: z.union([z.array(key), z.number()]).optional(),
  /** Names of keys and certificates, as openssl printed them. */
  friendlyNames: z.array(z.string()).optional(),
  /** Entries of a Java keystore. */
  entries: z.array(entry).optional(),
  /** Leaf and chain in order. */
  order: z.array(z.object({ sha256 })).optional(),
  /** Facts of the first certificate. */
  serial: z.string().optional(),
  subject: z.string().optional(),
  subjectCN: z.string().optional(),
  san: z.string().optional(),
  labels: z.array(z.string()).optional(),
  /** Type of the only key, and the first 16 digits of the digest of its public key. */
  type: z.string().optional(),
  spki_sha256_16: z.string().optional(),
});
export type Expectation = z.infer<typeof expectation>;

const vector = z.object({ file: z.string(), sha256, expect: expectation });
export type Vector = z.infer<typeof vector>;

export function readManifest(folder: string): Vector[] {
  return z.array(vector).parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
}
