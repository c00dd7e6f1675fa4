import type { KeyObject, X509Certificate } from "node:crypto";

/** What was in a file that is imported. */
export interface Contents {
  readonly key: KeyObject;
  /** In the file's order; those of a PFX in the order of its bags. */
  readonly certificates: readonly X509Certificate[];
}
