import type { Condition } from "../crds/index.ts";

/** The list with this condition set. The time of transition moves only with the status; the order stays. */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, "lastTransitionTime">,
  now: Date,
): Condition[] {
  const before = conditions.find(({ type }) => type === next.type);
  const { type, status, reason, observedGeneration } = next;
  const condition: Condition = {
    type,
    status,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : now.toISOString(),
    reason,
    // Whole characters: half a surrogate pair is no text.
    message: next.message.slice(0, 1024).replace(/[\uD800-\uDBFF]$/, ""),
  };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((other) => (other.type === type ? condition : other));
}
