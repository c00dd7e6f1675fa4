import { createHash } from "node:crypto";

/** The tag that says whose a version is, and with which chain it was imported. */
export const markTag = "owner.certferry.io";

/** What the tag says: a chain only where the one who wrote it knew it. */
export interface Mark {
  /** `<owner-id>/<kind>/<namespace>/<name>[/<target>]`, or its digest. */
  readonly mark: string;
  /** `chainDigest` of the certificates beside the leaf. */
  readonly chain?: string | undefined;
}

/** A vault takes no longer value of a tag than 256 characters; the chain's digest and a space need 17 of them. */
const longestMark = 239;

/**
 * The mark as a tag says it: its SHA-256 where it is too long for one, which reads as another operator's to all but who wrote it.
 */
export function shortMark(mark: string): string {
  return mark.length <= longestMark ? mark : createHash("sha256").update(mark).digest("hex");
}

export function writeMark({ mark, chain }: Mark): string {
  return chain === undefined ? mark : `${mark} ${chain}`;
}

export function readMark(tags: Readonly<Record<string, string>> | undefined): Mark | undefined {
  const [, mark = "", chain] = /^(\S+)(?: ([0-9a-f]{16}))?$/.exec(tags?.[markTag] ?? "") ?? [];
  return mark === "" ? undefined : { mark, chain };
}

/** Names a set of certificates, in whatever order. */
export function chainDigest(chain: readonly Buffer[]): string {
  const each = chain.map((der) => createHash("sha256").update(der).digest("hex"));
  return createHash("sha256").update(each.toSorted().join()).digest("hex").slice(0, 16);
}

/** Whose hand is on a certificate with these tags. */
export function holdersOf(
  tags: Readonly<Record<string, string>> | undefined,
  mark: string,
): { ours: boolean; others: string[]; foreign: boolean } {
  const found = readMark(tags)?.mark;
  if (found === undefined) return { ours: false, others: [], foreign: true };
  const ours = found === shortMark(mark);
  return { ours, others: ours ? [] : [found], foreign: false };
}
