import type { Place, Store } from "../stores/contract.ts";
import { CredentialsRefused, isStoreError, TransientError, WaitingError } from "../stores/errors.ts";
import type { Told } from "../stores/gate/index.ts";

/** What is asked and told around the operations of a store. */
export interface Guard {
  /** Throws when nothing may be written any more. */
  permit(): void;
  told(told: Told): void;
}

/** A store whose grants are asked right before each write, and whose gate is told what each operation came to. */
export function guardedStore(store: Store, guard: Guard): Store {
  const download = store.download?.bind(store);
  const held = store.held?.bind(store);
  const withdraw = store.withdraw?.bind(store);
  return {
    provider: store.provider,
    timeoutMs: store.timeoutMs,
    check: (signal) => watched(guard, signal, () => store.check(signal)),
    place: (block, context) => guardedPlace(store.place(block, context), guard),
    ...(download === undefined
      ? {}
      : { download: (request, signal) => watched(guard, signal, () => download(request, signal)) }),
    ...(held === undefined
      ? {}
      : { held: (certificate, signal) => watched(guard, signal, () => held(certificate, signal)) }),
    ...(withdraw === undefined
      ? {}
      : { withdraw: (key, job, signal) => watched(guard, signal, () => withdraw(key, job, signal)) }),
    remove: async (key, mark, context, signal) => {
      guard.permit();
      return watched(guard, signal, () => store.remove(key, mark, context, signal));
    },
    close: () => store.close(),
  };
}

function guardedPlace(place: Place, guard: Guard): Place {
  const [follow, withdraw] = [place.follow?.bind(place), place.withdraw?.bind(place)];
  return {
    address: place.address,
    spots: place.spots,
    key: place.key,
    repeatable: place.repeatable,
    ...(place.keepsTime === undefined ? {} : { keepsTime: place.keepsTime }),
    prepare: async (signal) => {
      if (place.prepare === undefined) return;
      guard.permit();
      await watched(guard, signal, async () => place.prepare?.(signal));
    },
    observe: (desired, signal, unsure) => watched(guard, signal, () => place.observe(desired, signal, unsure)),
    put: async (desired, observed, signal) => {
      guard.permit();
      return watched(guard, signal, () => place.put(desired, observed, signal));
    },
    ...(follow === undefined
      ? {}
      : { follow: (job, desired, signal) => watched(guard, signal, () => follow(job, desired, signal)) }),
    ...(withdraw === undefined
      ? {}
      : { withdraw: (job, signal) => watched(guard, signal, () => withdraw(job, signal)) }),
  };
}

/** Does the work, tells what came of it, and makes of a pause that the store asks for no failure of whoever was told of it. */
export async function watched<T>(guard: Pick<Guard, "told">, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    guard.told({ store: "Answered" });
    return result;
  } catch (error) {
    const told = toldBy(error, signal);
    if (told !== undefined) guard.told(told);
    throw told?.store === "Paused" ? paused(error, told.until) : error;
  }
}

/** Waiting errors other than a refused login tell of what is missing, not of the store. */
function toldBy(error: unknown, signal: AbortSignal): Told | undefined {
  if (signal.aborted) return timedOut(signal) ? { store: "Silent" } : undefined;
  if (error instanceof CredentialsRefused) return { store: "Refused", refusal: error };
  if (!isStoreError(error) || error instanceof WaitingError) return undefined;
  if (!(error instanceof TransientError)) return { store: "Answered" };
  if (error.retryAfter !== undefined) return { store: "Paused", until: error.retryAfter };
  return { store: error.silent ? "Silent" : "Answered" };
}

function timedOut({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** A write that may have happened all the same stays what it is: its attempt must stay open. */
function paused(error: unknown, until: Date): unknown {
  if (!(error instanceof TransientError) || error.happened === "unknown") return error;
  const message = "The store has asked for a pause; it goes on after that.";
  return new WaitingError("StoreThrottled", message, { until, cause: error });
}
