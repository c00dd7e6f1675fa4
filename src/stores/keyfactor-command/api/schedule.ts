/** When a job begins, as Add and Remove are told: at once, or at a time. */
export type Schedule = { readonly Immediate: true } | { readonly ExactlyOnce: { readonly Time: string } };

/** @param at at once when absent */
export function scheduleOf(at: Date | undefined): Schedule {
  return at === undefined ? { Immediate: true } : { ExactlyOnce: { Time: at.toISOString() } };
}
