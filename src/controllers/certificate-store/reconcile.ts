import { milliseconds, type StoreRef } from "../../crds/index.ts";
import type { StoreObject, StoreResolver } from "../../resolve/index.ts";
import { isStoreError, type StoreError, TransientError } from "../../stores/errors.ts";
import { within } from "../../stores/within.ts";
import type { Capability } from "../../stores/contract.ts";
import { backOff } from "../../delivery/index.ts";

/** What a look at a store gives. */
export type Health =
  | { readonly well: true; readonly providerVersion?: string | undefined; readonly capabilities: readonly Capability[] }
  | { readonly well: false; readonly error: StoreError };

/** Checks a store: builds it as its users do and asks the back end. Rejects only when `signal` is aborted. */
export async function checkStore(
  stores: StoreResolver,
  kind: StoreRef["kind"],
  { metadata, spec }: StoreObject,
  signal: AbortSignal,
): Promise<Health> {
  const { namespace = "", name } = metadata;
  try {
    return await stores.use(namespace, { kind, name }, { for: "Check" }, signal, async ({ store, provider }) => {
      const { capabilities } = provider;
      if (spec.healthcheck?.enabled === false) return { well: true, capabilities };
      const { providerVersion } = await within(store.timeoutMs, signal, (limit) => store.check(limit));
      return { well: true, providerVersion, capabilities };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isStoreError(error)) return { well: false, error };
    const message = "The check failed in an unforeseen way; the operator's log has the error.";
    return { well: false, error: new TransientError("CheckFailed", message, { cause: error }) };
  }
}

const defaultInterval = 600_000;

/** When the store is looked at again. What waits for another object is looked at when that changes, and at the interval. */
export function nextCheck(
  { spec }: StoreObject,
  health: Health,
  failures: number,
  lookAgainMs: number,
  now: Date,
  random: number,
): Date | undefined {
  if (!health.well && health.error.name === "TransientError") {
    const due = backOff(failures, now, random);
    const asked = health.error.retryAfter;
    return asked !== undefined && asked > due ? asked : due;
  }
  if (!health.well) return new Date(now.getTime() + lookAgainMs);
  const { enabled = true, interval } = spec.healthcheck ?? {};
  if (!enabled) return undefined;
  const every = interval === undefined ? defaultInterval : milliseconds(interval);
  return new Date(now.getTime() + Math.round(every * (0.95 + 0.1 * random)));
}
