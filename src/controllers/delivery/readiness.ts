import type { DeliveryRecord } from "../../crds/index.ts";
import type { Draft } from "./draft.ts";

/** One condition without its times. */
export interface Verdict {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** The conditions of an import or deployment. `ready` is absent where it stays as it was. */
export interface Readiness {
  readonly ready?: Verdict;
  readonly reconciling: Verdict;
  readonly stalled: Verdict;
  readonly delivered: Verdict;
  /** "2/3 delivered". */
  readonly summary: string;
}

interface Place {
  readonly phase: DeliveryRecord["phase"];
  readonly reason: string;
  readonly message: string;
  /** Holds a certificate of ours that is valid. */
  readonly valid: boolean;
  readonly expired: boolean;
  readonly newest: boolean;
}

/** Work goes on: doing, following, retrying, or waiting for something. */
const working: ReadonlySet<DeliveryRecord["phase"]> = new Set(["Pending", "Waiting", "InProgress", "Failed"]);
const refused: ReadonlySet<DeliveryRecord["phase"]> = new Set(["Blocked", "Drifted"]);

/**
 * The table of conditions: the first row that fits. Pure.
 * @param suspended the whole resource is suspended
 */
export function readiness(targets: readonly string[], draft: Draft, suspended: boolean, now: Date): Readiness {
  const places = targets.map((name) => placeOf(draft.records.get(name), now));
  const going = places.find(({ phase }) => working.has(phase));
  const stuck = places.find(({ phase }) => refused.has(phase));
  const held = places.filter(({ newest }) => newest).length;
  const summary = `${held}/${places.length} delivered`;
  const on = going !== undefined && !suspended;
  const first = places.find(({ newest }) => !newest);
  const delivered: Verdict =
    first === undefined
      ? { status: "True", reason: "Delivered", message: "Every place holds the certificate." }
      : { status: "False", reason: first.reason, message: first.message };
  const base = {
    reconciling: progress(on ? going : undefined, summary),
    stalled: off("NotStalled"),
    delivered,
    summary,
  };

  const expired = places.find((place) => place.expired);
  if (expired !== undefined) {
    const message = "A certificate in place has expired. Renew the source, or remove what holds the delivery back.";
    const why: Verdict = { status: "False", reason: "Expired", message };
    return { ...base, ready: why, stalled: on ? base.stalled : { ...why, status: "True" } };
  }
  if (suspended || places.every(({ phase }) => phase === "Suspended")) {
    const never = places.some(({ valid }) => !valid);
    const message = "Nothing is written while this is suspended; set suspend to false to go on.";
    return { ...base, ...(never ? { ready: { status: "False", reason: "Suspended", message } } : {}) };
  }
  const empty = places.find(({ valid, phase }) => !valid && working.has(phase));
  if (empty !== undefined) {
    const { reason, message } = empty;
    return { ...base, ready: { status: "False", reason, message: join(`${summary}.`, message) } };
  }
  if (stuck !== undefined) {
    const why = { reason: stuck.reason, message: join(`${summary}.`, stuck.message) };
    const stalled: Verdict = on ? base.stalled : { status: "True", ...why };
    return { ...base, ready: { status: "False", ...why }, stalled };
  }
  const unheld = places.find(({ valid }) => !valid);
  if (unheld !== undefined)
    return { ...base, ready: { status: "False", reason: unheld.reason, message: unheld.message } };
  if (going !== undefined) {
    const message = join(`${summary}; the others hold an earlier certificate that is valid.`, going.message);
    return { ...base, ready: { status: "True", reason: "Updating", message } };
  }
  return { ...base, ready: { status: "True", reason: "Delivered", message: `${summary}.` } };
}

function placeOf(record: DeliveryRecord | undefined, now: Date): Place {
  if (record === undefined) {
    return {
      phase: "Pending",
      reason: "Pending",
      message: "Not looked at yet.",
      valid: false,
      expired: false,
      newest: false,
    };
  }
  const { phase, reason = phase, message = "", remote, deliveredAt, plan } = record;
  const notAfter = deliveredAt === undefined ? undefined : remote?.notAfter;
  const ours = notAfter !== undefined;
  const expired = ours && new Date(notAfter) <= now;
  const newest = phase === "Delivered" || (phase === "Suspended" && ours && plan === undefined);
  return { phase, reason, message, valid: ours && !expired, expired, newest };
}

function progress(going: Place | undefined, summary: string): Verdict {
  if (going === undefined) return off("NotReconciling");
  return { status: "True", reason: going.reason, message: join(`${summary}.`, going.message) };
}

function off(reason: string): Verdict {
  return { status: "False", reason, message: "" };
}

function join(first: string, second: string): string {
  return second === "" ? first : `${first} ${second}`;
}
