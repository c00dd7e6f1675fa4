import type { StoreRef } from "../../crds/index.ts";
import { checkEveryMs, type StoreObject, type StoreResolver } from "../../resolve/index.ts";
import { CredentialsRefused, isStoreError, type StoreError, TransientError } from "../../stores/errors.ts";
import { within } from "../../stores/within.ts";
import type { Capability } from "../../stores/contract.ts";
import { backOff } from "../../delivery/index.ts";

/** What a look at a store gives. */
export type Health =
  | { readonly well: true; readonly providerVersion?: string | undefined; readonly capabilities: readonly Capability[] }
  | { readonly well: false; readonly error: StoreError };

/**
 * Checks a store: enters it and builds it as its users do, and asks the back end. Undefined when there is no room: `again` is
 * called when there is. Rejects only when `signal` is aborted.
 * @param onDefect told of everything thrown that is no decided error
 */
export async function checkStore(
  stores: Pick<StoreResolver, "enter" | "use">,
  kind: StoreRef["kind"],
  { metadata, spec }: StoreObject,
  { again, onDefect, signal }: { again: () => void; onDefect: (error: unknown) => void; signal: AbortSignal },
): Promise<Health | undefined> {
  const { namespace = "", name } = metadata;
  const ref = { kind, name };
  const visit = stores.enter(namespace, ref, { for: "Check" }, { id: "check", urgency: "Check", wake: again });
  if (visit.state === "Parked") return visit.why && { well: false, error: visit.why };
  try {
    return await stores.use(namespace, ref, { for: "Check" }, signal, async ({ store, provider }) => {
      const { capabilities } = provider;
      if (spec.healthcheck?.enabled === false) return { well: true, capabilities };
      const { providerVersion } = await within(store.timeoutMs, signal, (limit) => store.check(limit));
      return { well: true, providerVersion, capabilities };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isStoreError(error)) return { well: false, error };
    onDefect(error);
    const message = "The check failed in an unforeseen way; the operator's log has the error.";
    return { well: false, error: new TransientError("CheckFailed", message, { cause: error }) };
  } finally {
    visit.leave();
  }
}

/**
 * When the store is looked at again. What waits for another object is looked at when that changes, and at the interval; a
 * refused login is tried again by a regular check only.
 */
export function nextCheck(
  store: StoreObject,
  health: Health,
  failures: number,
  lookAgainMs: number,
  now: Date,
  random: number,
): Date | undefined {
  const error = health.well ? undefined : health.error;
  if (error?.name === "TransientError") {
    const due = backOff(failures, now, random);
    return error.retryAfter !== undefined && error.retryAfter > due ? error.retryAfter : due;
  }
  if (error !== undefined && !(error instanceof CredentialsRefused)) {
    const until = error.name === "WaitingError" ? error.until : undefined;
    return until ?? new Date(now.getTime() + lookAgainMs);
  }
  const every = checkEveryMs(store);
  if (every === undefined) return undefined;
  return error?.until ?? new Date(now.getTime() + Math.round(every * (0.95 + 0.1 * random)));
}
