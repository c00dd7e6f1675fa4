import type { KeyObject, X509Certificate } from "node:crypto";
import type { Policy } from "./policy.ts";

/** Times are UNIX seconds. */
export interface Attributes {
  readonly enabled: boolean;
  readonly nbf: number;
  readonly exp: number;
  readonly created: number;
  readonly updated: number;
}

/** One version of a certificate, with the key and the secret that were made with it. */
export interface Version {
  /** 32 hexadecimal digits in lower case (B.2). */
  readonly id: string;
  readonly leaf: X509Certificate;
  /** With the leaf, in the order in which the secret has them. */
  readonly chain: readonly X509Certificate[];
  readonly key: KeyObject;
  /** Of the secret: the policy's when the version was made. */
  readonly contentType: string;
  readonly exportable: boolean;
  readonly preserveCertOrder: boolean;
  attributes: Attributes;
  tags: Readonly<Record<string, string>>;
}

/** Where a certificate stands: what is on its way ends at `until` (milliseconds). */
export type State =
  | { readonly kind: "Live" }
  | { readonly kind: "Deleting" | "Recovering" | "Purging"; readonly until: number }
  | { readonly kind: "Deleted" };

/** A certificate with its versions, the oldest first. */
export interface Certificate {
  /** As it was first written: names have no case [D]. */
  readonly name: string;
  readonly versions: Version[];
  policy: Policy;
  state: State;
  /** UNIX seconds, since it was deleted. */
  deleted?: { readonly date: number; readonly purge: number };
  /** An operation that somebody has begun and not ended: nothing can be imported meanwhile (B.5). */
  pending: boolean;
}

export function latest({ versions }: Certificate): Version {
  const version = versions.at(-1);
  if (version === undefined) throw new Error("a certificate without version");
  return version;
}
