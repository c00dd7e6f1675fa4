import type { ListPage, WatchEvent } from "./client.ts";
import type { KubeError } from "./errors.ts";
import { isExpired, mayGoOn, pageIsStillThere, pauseAfter } from "./reflector-failures.ts";
import type { KubeObject } from "./types.ts";
import { isNewer } from "./versions.ts";

/** Asked for by a list; the answer's `continue` leads to the next page. */
const PAGE = 500;
/** A watch that lived this long proves that server and path are well. */
const GOOD_WATCH_SECONDS = 10;

/** Reading the list, page by page. `pages` are those so far. */
export interface Listing<T> {
  phase: "Listing";
  pages: readonly Iterable<T>[];
  continue: string | undefined;
  /** False after a continue token expired: then the whole list is asked for at once, as client-go does. */
  paged: boolean;
  /** The version that was watched before. */
  since: string | undefined;
  /** The server knows less than `since`: its etcd has been restored from a backup. */
  wentBack: boolean;
  failures: number;
}

/**
 * Asking after a failure whether the server knows `version` still. One whose etcd has been restored would take a watch
 * from a version of its future, say nothing, and leave out all that comes until it gets there.
 */
export interface Checking {
  phase: "Checking";
  version: string;
  failures: number;
}

/** Following changes since `version`. */
export interface Watching {
  phase: "Watching";
  version: string;
  /** Whether the version is that of a list that has just been read. */
  listed: boolean;
  /** Whether this connection has told anything yet. */
  progressed: boolean;
  failures: number;
}

/** Nothing under way until the back-off is over; then goes on as `next`. */
export interface Waiting<T> {
  phase: "Waiting";
  next: Active<T>;
}

type Active<T> = Listing<T> | Checking | Watching;

/** `failures` counts what went wrong in a row: it decides the back-off. */
export type ReflectorState<T> = Active<T> | Waiting<T>;

export type ReflectorEvent<T> =
  | { type: "Started" }
  | { type: "Listed"; page: Omit<ListPage<T>, "items"> & { items: Iterable<T> } }
  | { type: "ListFailed"; error: KubeError }
  /** The version that the server is at. */
  | { type: "Checked"; resourceVersion: string }
  | { type: "CheckFailed"; error: KubeError }
  | { type: "Changed"; change: WatchEvent<T> }
  /** `seconds` is how long the connection lived. */
  | { type: "WatchEnded"; seconds: number }
  | { type: "WatchFailed"; error: KubeError; seconds: number }
  | { type: "Waited" };

/** What to do next; its outcome is the next event. */
export type ReflectorTask =
  | { do: "List"; limit: number | undefined; continue: string | undefined }
  | { do: "Check" }
  | { do: "Watch"; resourceVersion: string; timeoutSeconds: number }
  | { do: "Wait"; milliseconds: number };

/** What the cache must learn, in this order, before the next task. */
export type CacheEffect<T> =
  | { do: "Replace"; items: Iterable<T>; resourceVersion: string; wentBack: boolean }
  | { do: "Put"; object: T }
  | { do: "Remove"; object: T }
  | { do: "Advance"; resourceVersion: string };

export interface Step<T> {
  state: ReflectorState<T>;
  effect?: CacheEffect<T>;
  /** Absent while a watch goes on. */
  task?: ReflectorTask;
}

/** The state before the first event, which is `Started`. */
export function initialState<T>(): ReflectorState<T> {
  return listing(undefined, 0);
}

function listing<T>(since: string | undefined, failures: number): Listing<T> {
  return { phase: "Listing", pages: [], continue: undefined, paged: true, since, wentBack: false, failures };
}

/**
 * How a copy of the server's list is kept: list, watch from there, and what to do when either fails. Pure.
 * @param random in [0, 1): for back-off and the watch's length
 * @throws Error when the event cannot happen in this state, which is a bug of the driver
 */
export function transition<T extends KubeObject>(
  state: ReflectorState<T>,
  event: ReflectorEvent<T>,
  random: number,
): Step<T> {
  if (state.phase === "Listing") {
    if (event.type === "Started") return begin(state, random);
    if (event.type === "Listed") return afterPage(state, event.page, random);
    if (event.type === "ListFailed") return afterListFailure(state, event.error, random);
  }
  if (state.phase === "Checking") {
    if (event.type === "Checked") return afterCheck(state, event.resourceVersion, random);
    if (event.type === "CheckFailed")
      return goOnOrRelist({ ...state, failures: state.failures + 1 }, event.error, random);
  }
  if (state.phase === "Watching") {
    if (event.type === "Changed") return afterChange(state, event.change);
    if (event.type === "WatchEnded") return afterWatch(state, event.seconds, random);
    if (event.type === "WatchFailed") return afterWatchFailure(state, event.error, event.seconds, random);
  }
  if (state.phase === "Waiting" && event.type === "Waited") return begin(state.next, random);
  throw new Error(`reflector: ${event.type} while ${state.phase}`);
}

function begin<T>(state: Active<T>, random: number): Step<T> {
  switch (state.phase) {
    case "Listing":
      return { state, task: { do: "List", limit: state.paged ? PAGE : undefined, continue: state.continue } };
    case "Checking":
      return { state, task: { do: "Check" } };
    case "Watching": {
      const timeoutSeconds = 290 + Math.floor(random * 311);
      return { state, task: { do: "Watch", resourceVersion: state.version, timeoutSeconds } };
    }
  }
}

function afterPage<T>(
  state: Listing<T>,
  { items, resourceVersion, continue: more }: (ReflectorEvent<T> & { type: "Listed" })["page"],
  random: number,
): Step<T> {
  const pages = [...state.pages, items];
  const wentBack = state.wentBack || isNewer(state.since, resourceVersion) === true;
  if (more !== undefined) return begin({ ...state, pages, wentBack, continue: more }, random);
  // Failures are not forgotten here: a list that works and a watch that is refused at once must not spin.
  const watching: Watching = { ...watchingFrom(resourceVersion, state.failures), listed: true };
  return { ...begin<T>(watching, random), effect: { do: "Replace", items: all(pages), resourceVersion, wentBack } };
}

function all<T>(pages: readonly Iterable<T>[]): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const page of pages) yield* page;
    },
  };
}

function watchingFrom(version: string, failures: number): Watching {
  return { phase: "Watching", version, listed: false, progressed: false, failures };
}

function afterListFailure<T>(state: Listing<T>, error: KubeError, random: number): Step<T> {
  const failures = state.failures + 1;
  if (pageIsStillThere(error)) return wait({ ...state, failures }, error, random);
  const paged = !isExpired(error);
  const afresh: Listing<T> = { ...state, pages: [], continue: undefined, paged, failures };
  return state.paged && !paged ? begin(afresh, random) : wait(afresh, error, random);
}

function afterCheck<T>({ version, failures }: Checking, current: string, random: number): Step<T> {
  if (isNewer(version, current) !== true) return begin(watchingFrom(version, failures), random);
  return begin({ ...listing<T>(version, failures), wentBack: true }, random);
}

function afterChange<T extends KubeObject>(state: Watching, change: WatchEvent<T>): Step<T> {
  const version =
    change.type === "BOOKMARK" ? change.resourceVersion : (change.object.metadata.resourceVersion ?? state.version);
  // Told before: what came after it has been taken already.
  if (isNewer(state.version, version) === true) return { state };
  const progressed: Watching = { ...state, version, listed: false, progressed: true };
  switch (change.type) {
    case "BOOKMARK":
      return { state: progressed, effect: { do: "Advance", resourceVersion: version } };
    case "DELETED":
      return { state: progressed, effect: { do: "Remove", object: change.object } };
    case "ADDED":
    case "MODIFIED":
      return { state: progressed, effect: { do: "Put", object: change.object } };
  }
}

/** The server ends a watch when its time is over; one that ends at once, again and again, is a failure. */
function afterWatch<T>(state: Watching, seconds: number, random: number): Step<T> {
  if (seconds >= GOOD_WATCH_SECONDS) return begin(watchingFrom(state.version, 0), random);
  return wait(watchingFrom(state.version, failuresAfter(state, seconds)), undefined, random);
}

function afterWatchFailure<T>(state: Watching, error: KubeError, seconds: number, random: number): Step<T> {
  const { version } = state;
  const failures = failuresAfter(state, seconds);
  // At once, unless that is what it did just before: a server may call its own list too old.
  if (isExpired(error) && !state.listed) return begin(listing<T>(version, failures), random);
  // A busy server has not been away.
  if (error.status === 429) return wait(watchingFrom(version, failures), error, random);
  return goOnOrRelist({ phase: "Checking", version, failures }, error, random);
}

function failuresAfter(state: Watching, seconds: number): number {
  return state.progressed || seconds >= GOOD_WATCH_SECONDS ? 1 : state.failures + 1;
}

function goOnOrRelist<T>(checking: Checking, error: KubeError, random: number): Step<T> {
  return wait(mayGoOn(error) ? checking : listing<T>(checking.version, checking.failures), error, random);
}

function wait<T>(next: Active<T>, error: KubeError | undefined, random: number): Step<T> {
  const milliseconds = pauseAfter(next.failures, error, random);
  return { state: { phase: "Waiting", next }, task: { do: "Wait", milliseconds } };
}
