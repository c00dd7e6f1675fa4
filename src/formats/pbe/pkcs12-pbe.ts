import type { Budget } from "../limits.ts";
import type { AlgorithmIdentifier } from "./algorithm.ts";
import { type Cipher, rc2, rc4Stream, tripleDes, twoKeyTripleDes } from "./cipher.ts";
import { positive } from "./kdf.ts";
import { pkcs12Kdf, purposes } from "./pkcs12-kdf.ts";
import type { Scheme } from "./scheme.ts";

const arc = "1.2.840.113549.1.12.1";
const ciphers: Readonly<Record<string, Cipher>> = {
  [`${arc}.1`]: rc4Stream(16),
  [`${arc}.2`]: rc4Stream(5),
  [`${arc}.3`]: tripleDes,
  [`${arc}.4`]: twoKeyTripleDes,
  [`${arc}.5`]: rc2(128),
  [`${arc}.6`]: rc2(40),
};

/** The schemes of PKCS#12 itself, all on SHA-1 (RFC 7292 appendix C). Undefined for other algorithms. */
export function pkcs12Pbe({ oid, parameters }: AlgorithmIdentifier): Scheme | undefined {
  const cipher = ciphers[oid];
  if (cipher === undefined) return undefined;
  const reader = parameters.sequence();
  const salt = reader.octets();
  const iterations = positive(reader, "the iteration count");
  reader.finish();
  const derived = (password: Buffer, budget: Budget, purpose: 1 | 2, bytes: number): Promise<Buffer> => {
    budget.chargeIterations(iterations);
    return pkcs12Kdf({ digest: "sha1", password, salt, iterations, purpose, bytes }, budget.signal);
  };
  return {
    takes: "bmp",
    cipher,
    async derive(password, budget) {
      const key = await derived(password, budget, purposes.key, cipher.keyBytes);
      const iv = cipher.ivBytes === 0 ? Buffer.alloc(0) : await derived(password, budget, purposes.iv, cipher.ivBytes);
      return { key, iv };
    },
  };
}
