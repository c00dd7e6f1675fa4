import { createHash } from "node:crypto";
import type { AlgorithmIdentifier } from "./algorithm.ts";
import { type Cipher, des, rc2 } from "./cipher.ts";
import { hashChain } from "./hash-chains.ts";
import { positive } from "./kdf.ts";
import type { Scheme } from "./scheme.ts";

const arc = "1.2.840.113549.1.5";
const schemes: Readonly<Record<string, { digest: string; cipher: Cipher }>> = {
  [`${arc}.3`]: { digest: "md5", cipher: des },
  [`${arc}.6`]: { digest: "md5", cipher: rc2(64) },
  [`${arc}.10`]: { digest: "sha1", cipher: des },
  [`${arc}.11`]: { digest: "sha1", cipher: rc2(64) },
};

/** PBES1 with PBKDF1 (RFC 8018 6.1, A.3). Undefined for other algorithms. */
export function pbes1({ oid, parameters }: AlgorithmIdentifier): Scheme | undefined {
  const scheme = schemes[oid];
  if (scheme === undefined) return undefined;
  const { digest, cipher } = scheme;
  const reader = parameters.sequence();
  const salt = reader.octets();
  const iterations = positive(reader, "the iteration count");
  reader.finish();
  return {
    takes: "octets",
    cipher,
    async derive(password, budget) {
      budget.chargeIterations(iterations);
      const start = createHash(digest).update(password).update(salt).digest();
      const block = await hashChain({ digest, start, count: iterations - 1 }, budget.signal);
      return { key: block.subarray(0, 8), iv: block.subarray(8, 16) };
    },
  };
}
