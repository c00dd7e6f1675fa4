import type { Desired, Place, PutResult, Report } from "../stores/contract.ts";
import { InternalDefect, isStoreError, type StoreError, TransientError } from "../stores/errors.ts";
import { within } from "../stores/within.ts";
import { next } from "./next.ts";
import { type DeliveryRecord, withoutAttempt } from "./record.ts";
import type { Situation } from "./situation.ts";
import type { Seen } from "./step.ts";

/** What a run does to the world outside the place. */
export interface Effects {
  now(): Date;
  /**
   * Throws when this process may not write any more: the lease is lost, or writes were stopped. Asked before each write, and
   * before a job is taken back.
   */
  fence(): void;
  /** Saves the opening of a write; false when somebody else has changed the object, and this run must write nothing. */
  open(record: DeliveryRecord): Promise<boolean>;
  /** Told of everything thrown that is no decided error: a defect of a provider. */
  onDefect(error: unknown): void;
}

/** What the provider has told last, for its block in status: of a write it is all there is to tell, a look may tell only a part. */
export interface Told {
  readonly by: "Look" | "Write";
  readonly report: Report;
}

type Warning = NonNullable<Extract<PutResult, { outcome: "Submitted" }>["warning"]>;

/** How a run ended. `Dropped`: its decision is out of date; ask again from the start. */
export type Outcome =
  | {
      readonly ended: "Settled";
      readonly record: DeliveryRecord;
      readonly until: Date | undefined;
      /** Something was written: by this run, or by a job whose end it saw. */
      readonly wrote: boolean;
      /** Why what was written did not wait for its time. */
      readonly urgent?: string | undefined;
      /** What the provider warns of in what it has submitted. */
      readonly warning?: Warning | undefined;
      readonly told?: Told | undefined;
      /** `Place.key` of what lies there under another name, and is to be removed now that the place holds the certificate. */
      readonly replaced?: string | undefined;
    }
  | { readonly ended: "Dropped" };

/**
 * Brings one place to hold one bundle: asks `next` what is to be done, does it, asks again. The caller saves the record
 * that it settles on. Rejects only when `signal` is aborted, when the fence falls, or when saving the opening fails.
 */
export async function deliver(
  record: DeliveryRecord,
  place: Place,
  desired: Desired,
  situation: Situation,
  effects: Effects,
  signal: AbortSignal,
): Promise<Outcome> {
  let current = record;
  let seen: Seen = {};
  let wrote = false;
  let urgent: string | undefined;
  let told: Told | undefined;
  let warning: Warning | undefined;
  const limited = <T>(work: (limit: AbortSignal) => Promise<T>): Promise<T> =>
    within(situation.timeoutMs, signal, work);
  for (;;) {
    signal.throwIfAborted();
    const step = next(current, seen, situation, effects.now());
    switch (step.do) {
      case "Observe":
        seen = await tried("observe", async (limit) => ({
          observation: await place.observe(desired, limit, step.unsure),
        }));
        note("Look", seen.observation?.report);
        break;
      case "Follow":
        seen = await tried("follow", async (limit) => ({
          followed: await jobsOf(place).follow(step.job, desired, limit),
        }));
        if (seen.followed?.outcome === "Ended") {
          wrote = true;
          note("Look", seen.followed.seen.report);
        }
        break;
      case "Withdraw":
        effects.fence();
        seen = await tried("withdraw", async (limit) => ({
          withdrawn: await jobsOf(place).withdraw(step.job, limit),
        }));
        break;
      case "SaveAttempt": {
        const failure = await prepare();
        if (failure !== undefined) {
          seen = { ...seen, failure };
          break;
        }
        if (!(await effects.open(step.record))) return { ended: "Dropped" };
        current = step.record;
        urgent = step.urgent;
        seen = { ...seen, ...defined(step.record.attempt?.number) };
        break;
      }
      case "Put":
        effects.fence();
        wrote = true;
        urgent = step.urgent ?? urgent;
        seen = await put(seen, step.observed);
        if (seen.observation === undefined && seen.put === undefined) current = withoutAttempt(current);
        break;
      case "Wait":
        return { ended: "Settled", record: step.record, until: step.until, wrote, urgent, warning, told };
      case "Done": {
        const replaced = step.record.phase === "Delivered" ? replacedIn(seen) : undefined;
        return { ended: "Settled", record: step.record, until: undefined, wrote, urgent, warning, told, replaced };
      }
    }
  }

  async function tried(
    during: NonNullable<Seen["failure"]>["during"],
    work: (limit: AbortSignal) => Promise<Partial<Seen>>,
  ): Promise<Seen> {
    try {
      return { ...seen, ...(await limited(work)) };
    } catch (error) {
      return { ...seen, failure: { during, error: decided(error) } };
    }
  }

  async function prepare(): Promise<Seen["failure"]> {
    if (place.prepare === undefined) return undefined;
    effects.fence();
    try {
      await limited(async (limit) => place.prepare?.(limit));
      return undefined;
    } catch (error) {
      return { during: "observe", error: decided(error) };
    }
  }

  async function put(before: Seen, observed: NonNullable<Seen["observation"]>): Promise<Seen> {
    try {
      const result = await limited((limit) => place.put(desired, observed, limit));
      if (result.outcome === "Written") note("Write", result.seen.report);
      if (result.outcome === "Submitted") {
        note("Write", result.report);
        warning = result.warning;
      }
      // Changed proves that nothing was written: the next look begins anew, and so does an attempt.
      return result.outcome === "Changed" ? { changes: (before.changes ?? 0) + 1 } : { ...before, put: result };
    } catch (error) {
      return { ...before, failure: { during: "put", error: decided(error) } };
    }
  }

  function note(by: Told["by"], report: Report | undefined): void {
    told = report && { by, report };
  }

  function decided(error: unknown): StoreError {
    signal.throwIfAborted();
    if (isStoreError(error)) return error;
    effects.onDefect(error);
    return new TransientError(
      "StoreFailed",
      "The store failed in an unforeseen way; the operator's log has the error.",
      { cause: error },
    );
  }
}

/** What the last that was seen of the place tells. */
function replacedIn({ put, observation, followed }: Seen): string | undefined {
  const written = put?.outcome === "Written" ? put.seen : undefined;
  const ended = followed?.outcome === "Ended" ? followed.seen : undefined;
  const last = written ?? observation ?? ended;
  return last?.state === "Present" ? last.replaced : undefined;
}

/** A place whose job is on record has submitted it. */
function jobsOf(place: Place): Follows {
  if (!follows(place)) throw new InternalDefect("A job that its place cannot follow.");
  return place;
}

type Follows = Place & Required<Pick<Place, "follow" | "withdraw">>;

function follows(place: Place): place is Follows {
  return "follow" in place && "withdraw" in place;
}

function defined(won: number | undefined): Pick<Seen, "won"> {
  return won === undefined ? {} : { won };
}
