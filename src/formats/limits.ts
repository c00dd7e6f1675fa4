import { FormatError } from "./errors.ts";

/** Bounds on what is read (design: section 4). */
export interface Limits {
  /** Bytes of one value. */
  readonly bytes: number;
  /** Levels of nesting in DER. */
  readonly depth: number;
  readonly certificates: number;
  readonly keys: number;
  /** Of one call of a key derivation function. */
  readonly iterations: number;
  /** Of all calls for one value, retries included. */
  readonly totalIterations: number;
  /** Memory of one scrypt call. */
  readonly scryptBytes: number;
  /** Certificates above the leaf. */
  readonly chainDepth: number;
  /** Checks of signatures to find one chain: a real one needs a few, certificates made to look alike ask for millions. */
  readonly chainChecks: number;
}

export const defaultLimits: Limits = {
  bytes: 1_048_576,
  depth: 32,
  certificates: 5_000,
  keys: 64,
  iterations: 2_000_000,
  totalIterations: 5_000_000,
  scryptBytes: 67_108_864,
  chainDepth: 16,
  chainChecks: 1_000,
};

/**
 * What decoding one value may still cost. One object is handed through all steps of a decode, so that nothing escapes the
 * count. Every `charge` throws `FormatError` `LimitExceeded`, or the signal's reason once it is aborted.
 */
export class Budget {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  private iterations = 0;
  private certificates = 0;
  private keys = 0;

  constructor(limits: Partial<Limits> = {}, signal?: AbortSignal) {
    this.limits = { ...defaultLimits, ...limits };
    this.signal = signal;
  }

  /** For one call of PBKDF2, PBKDF1, the PKCS#12 KDF or a keystore's own; before each, retries too. */
  chargeIterations(count: number): void {
    this.signal?.throwIfAborted();
    const { iterations, totalIterations } = this.limits;
    if (count > iterations) throw this.exceeded("iterations", `a key derivation of ${count} iterations`, iterations);
    this.iterations += count;
    if (this.iterations > totalIterations) {
      throw this.exceeded("totalIterations", `${this.iterations} iterations of key derivation in all`, totalIterations);
    }
  }

  /** For one call of scrypt (RFC 7914), whose N*r*p steps cost about what as many iterations of PBKDF2 do. */
  chargeScrypt(n: number, r: number, p: number): void {
    const { scryptBytes } = this.limits;
    const memory = 128 * r * (n + p);
    if (memory > scryptBytes) throw this.exceeded("scryptBytes", `scrypt with ${memory} bytes of memory`, scryptBytes);
    this.chargeIterations(n * r * p);
  }

  chargeBytes(count: number): void {
    const { bytes } = this.limits;
    if (count > bytes) throw this.exceeded("bytes", `${count} bytes`, bytes);
  }

  chargeCertificates(count = 1): void {
    this.certificates += count;
    const { certificates } = this.limits;
    if (this.certificates > certificates) {
      throw this.exceeded("certificates", `${this.certificates} certificates`, certificates);
    }
  }

  chargeKeys(count = 1): void {
    this.keys += count;
    const { keys } = this.limits;
    if (this.keys > keys) throw this.exceeded("keys", `${this.keys} private keys`, keys);
  }

  private exceeded(limit: keyof Limits, found: string, most: number): FormatError {
    return new FormatError("LimitExceeded", `The value has ${found}; the limit is ${most}.`, { limit });
  }
}
