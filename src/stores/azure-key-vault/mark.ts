import { createHash } from "node:crypto";

/** The tag that says whose a certificate is. */
export const markTag = "owner.certferry.io";
/** A vault takes no longer value of a tag. */
const longest = 256;

/** The mark as a tag's value; its digest where it is too long for one, which then reads as another operator's to all but its own. */
export function markValue(mark: string): string {
  return mark.length <= longest ? mark : createHash("sha256").update(mark).digest("hex");
}

/** Whose hand is on a certificate with these tags. */
export function holdersOf(
  tags: Readonly<Record<string, string>> | undefined,
  mark: string,
): { ours: boolean; others: string[]; foreign: boolean } {
  const found = tags?.[markTag];
  if (found === undefined) return { ours: false, others: [], foreign: true };
  const ours = found === markValue(mark);
  return { ours, others: ours ? [] : [found], foreign: false };
}
