import type { Draft } from "./draft.ts";
import { type Place, placeOf } from "./standing.ts";

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
  /** "2/3 delivered", and how many jobs are followed where there are any. */
  readonly summary: string;
}

/** What the rows of the table look at. */
interface Scene {
  readonly places: readonly Place[];
  readonly summary: string;
  /** Nothing is written into any place. */
  readonly suspended: boolean;
  /** A place where work goes on, be it only a job that is followed; one that waits only for its time when there is no other. */
  readonly work: Place | undefined;
  /** A place that stays as it is until somebody changes something. */
  readonly stuck: Place | undefined;
}

/** One answer. `ready` is undefined where it stays as it was. */
interface Row {
  readonly ready: Verdict | undefined;
  /** Work: Reconciling where work goes on. WorkOrStalled: and Stalled where none does. Rest: neither. */
  readonly tells: "Work" | "WorkOrStalled" | "Rest";
}

/** The table of conditions: the first row that answers; else all is delivered. */
const rows: readonly ((scene: Scene) => Row | undefined)[] = [
  expired,
  suspended,
  lacking,
  obstructed,
  heldBack,
  updating,
  scheduled,
  outdated,
];

/**
 * The conditions of an import or deployment, from the records of its places. Pure.
 * @param suspended the whole resource is suspended
 */
export function readiness(
  targets: readonly string[],
  { records }: Pick<Draft, "records">,
  suspended: boolean,
  now: Date,
): Readiness {
  const places = targets.map((name) => placeOf(records.get(name), now));
  const scene = sceneOf(places, suspended);
  const { summary, work } = scene;
  const { ready, tells } = rowOf(scene);
  const isStalled = tells === "WorkOrStalled" && work === undefined && ready !== undefined;
  return {
    ...(ready && { ready }),
    reconciling: work === undefined || tells === "Rest" ? off("NotReconciling") : because("True", work, `${summary}.`),
    stalled: isStalled ? { ...ready, status: "True" } : off("NotStalled"),
    delivered: deliveredOf(places),
    summary,
  };
}

function rowOf(scene: Scene): Row {
  for (const row of rows) {
    const found = row(scene);
    if (found !== undefined) return found;
  }
  return { ready: { status: "True", reason: "Delivered", message: `${scene.summary}.` }, tells: "Rest" };
}

function sceneOf(places: readonly Place[], suspended: boolean): Scene {
  const at = (standing: Place["standing"]): Place | undefined => places.find((place) => place.standing === standing);
  const all = places.filter(({ standing }) => standing === "Stuck");
  return {
    places,
    summary: summaryOf(places),
    suspended: suspended || places.every(({ standing }) => standing === "Suspended"),
    work: suspended ? places.find(({ followed }) => followed) : (at("Working") ?? at("Scheduled")),
    // A stopped rollout is what another place's failure came to.
    stuck: all.find(({ reason }) => reason !== "RolloutStopped") ?? all[0],
  };
}

function summaryOf(places: readonly Place[]): string {
  const held = places.filter(({ newest }) => newest).length;
  const jobs = places.filter(({ followed }) => followed).length;
  const followed = jobs === 0 ? "" : jobs === 1 ? ", 1 job is being followed" : `, ${jobs} jobs are being followed`;
  return `${held}/${places.length} delivered${followed}`;
}

function expired({ places }: Scene): Row | undefined {
  if (!places.some((place) => place.expired)) return undefined;
  const message = "A certificate in place has expired. Renew the source, or remove what holds the delivery back.";
  return { ready: { status: "False", reason: "Expired", message }, tells: "WorkOrStalled" };
}

/** Jobs that were submitted before go on all the same; what they have brought is told. */
function suspended({ places, summary, suspended, work }: Scene): Row | undefined {
  if (!suspended || places.every(({ newest }) => newest)) return undefined;
  const valid = places.every(({ valid }) => valid);
  if (work !== undefined)
    return { ready: valid ? update(work, summary) : because("False", work, `${summary}.`), tells: "Work" };
  return { ready: valid ? undefined : neverDelivered, tells: "Rest" };
}

/** Some place has no valid certificate of ours, and work goes on. */
function lacking({ places, summary, work, stuck }: Scene): Row | undefined {
  const without = places.filter(({ valid }) => !valid);
  if (work === undefined || without.length === 0) return undefined;
  const going = without.find(({ standing }) => standing === "Working" || standing === "Scheduled");
  return { ready: because("False", going ?? stuck ?? work, `${summary}.`), tells: "Work" };
}

function obstructed({ summary, stuck }: Scene): Row | undefined {
  if (stuck === undefined) return undefined;
  return { ready: because("False", stuck, `${summary}.`), tells: "WorkOrStalled" };
}

/** A target that is suspended on its own, or by its store, before its first delivery. */
function heldBack({ places }: Scene): Row | undefined {
  return places.every(({ valid }) => valid) ? undefined : { ready: neverDelivered, tells: "Rest" };
}

function updating({ summary, work }: Scene): Row | undefined {
  if (work?.standing !== "Working") return undefined;
  return { ready: update(work, summary), tells: "Work" };
}

function update(work: Place, summary: string): Verdict {
  return { ...because("True", work, earlierIn(summary)), reason: "Updating" };
}

function scheduled({ summary, work }: Scene): Row | undefined {
  if (work === undefined) return undefined;
  return { ready: { ...because("True", work, earlierIn(summary)), reason: "UpdateScheduled" }, tells: "Rest" };
}

/** Every place holds a valid one, and what is not the newest is suspended. */
function outdated({ places, summary }: Scene): Row | undefined {
  const old = places.find(({ newest }) => !newest);
  return old && { ready: because("True", old, earlierIn(summary)), tells: "Rest" };
}

function deliveredOf(places: readonly Place[]): Verdict {
  const first = places.find(({ newest }) => !newest);
  if (first !== undefined) return because("False", first);
  return { status: "True", reason: "Delivered", message: "Every place holds the certificate." };
}

const neverDelivered: Verdict = {
  status: "False",
  reason: "Suspended",
  message: "Nothing is written while this is suspended; set suspend to false to go on.",
};

function earlierIn(summary: string): string {
  return `${summary}; the others hold an earlier certificate that is valid.`;
}

function because(status: Verdict["status"], { reason, message }: Place, before = ""): Verdict {
  return { status, reason, message: [before, message].filter((text) => text !== "").join(" ") };
}

export function off(reason: string): Verdict {
  return { status: "False", reason, message: "" };
}
