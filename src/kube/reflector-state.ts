import type { ListPage, WatchEvent } from "./client.ts";
import type { KubeError } from "./errors.ts";
import type { KubeObject } from "./types.ts";

/** Asked for by a list; the answer's `continue` leads to the next page. */
const PAGE = 500;
const SHORTEST_BACKOFF = 800;
const LONGEST_BACKOFF = 30_000;
/** A watch that lived this long proves that server and path are well. */
const GOOD_WATCH_SECONDS = 10;

/** Reading the list, page by page. `items` are those of the pages so far. */
export interface Listing<T> {
  phase: "Listing";
  items: readonly T[];
  continue: string | undefined;
  /** False after a continue token expired: then the whole list is asked for at once, as client-go does. */
  paged: boolean;
  failures: number;
}

/** Following changes since `version`. */
export interface Watching {
  phase: "Watching";
  version: string;
  /** Whether this connection has told anything yet. */
  progressed: boolean;
  failures: number;
}

/** Nothing under way until the back-off is over; then goes on as `next`. */
export interface Waiting<T> {
  phase: "Waiting";
  next: Listing<T> | Watching;
}

/** `failures` counts what went wrong in a row: it decides the back-off. */
export type ReflectorState<T> = Listing<T> | Watching | Waiting<T>;

export type ReflectorEvent<T> =
  | { type: "Started" }
  | { type: "Listed"; page: ListPage<T> }
  | { type: "ListFailed"; error: KubeError }
  | { type: "Changed"; change: WatchEvent<T> }
  /** `seconds` is how long the connection lived. */
  | { type: "WatchEnded"; seconds: number }
  | { type: "WatchFailed"; error: KubeError; seconds: number }
  | { type: "Waited" };

/** What to do next; its outcome is the next event. */
export type ReflectorTask =
  | { do: "List"; limit: number | undefined; continue: string | undefined }
  | { do: "Watch"; resourceVersion: string; timeoutSeconds: number }
  | { do: "Wait"; milliseconds: number };

/** What the cache must learn, in this order, before the next task. */
export type CacheEffect<T> =
  | { do: "Replace"; items: readonly T[]; resourceVersion: string }
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
  return { phase: "Listing", items: [], continue: undefined, paged: true, failures: 0 };
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
  if (state.phase === "Watching") {
    if (event.type === "Changed") return afterChange(state, event.change);
    if (event.type === "WatchEnded") return afterWatch(state, event.seconds, random);
    if (event.type === "WatchFailed") return afterWatchFailure(state, event.error, event.seconds, random);
  }
  if (state.phase === "Waiting" && event.type === "Waited") return begin(state.next, random);
  throw new Error(`reflector: ${event.type} while ${state.phase}`);
}

function begin<T>(state: Listing<T> | Watching, random: number): Step<T> {
  if (state.phase === "Listing") {
    return { state, task: { do: "List", limit: state.paged ? PAGE : undefined, continue: state.continue } };
  }
  const timeoutSeconds = 290 + Math.floor(random * 311);
  return { state, task: { do: "Watch", resourceVersion: state.version, timeoutSeconds } };
}

function afterPage<T>(state: Listing<T>, page: ListPage<T>, random: number): Step<T> {
  const items = [...state.items, ...page.items];
  if (page.continue !== undefined) return begin({ ...state, items, continue: page.continue }, random);
  const { resourceVersion } = page;
  // Failures are not forgotten here: a list that works and a watch that is refused at once must not spin.
  const watching: Watching = {
    phase: "Watching",
    version: resourceVersion,
    progressed: false,
    failures: state.failures,
  };
  return { ...begin<T>(watching, random), effect: { do: "Replace", items, resourceVersion } };
}

function afterListFailure<T>(state: Listing<T>, error: KubeError, random: number): Step<T> {
  const failures = state.failures + 1;
  if (!isExpired(error)) return wait({ ...state, failures }, error, random);
  const afresh: Listing<T> = { ...state, items: [], continue: undefined, paged: false, failures };
  return state.paged ? begin(afresh, random) : wait(afresh, error, random);
}

function afterChange<T extends KubeObject>(state: Watching, change: WatchEvent<T>): Step<T> {
  if (change.type === "BOOKMARK") {
    const { resourceVersion } = change;
    return { state: progress(state, resourceVersion), effect: { do: "Advance", resourceVersion } };
  }
  const { object } = change;
  const effect: CacheEffect<T> = change.type === "DELETED" ? { do: "Remove", object } : { do: "Put", object };
  return { state: progress(state, object.metadata.resourceVersion ?? state.version), effect };
}

function progress(state: Watching, version: string): Watching {
  return { phase: "Watching", version, progressed: true, failures: state.failures };
}

/** The server ends a watch when its time is over; one that ends at once, again and again, is a failure. */
function afterWatch<T>(state: Watching, seconds: number, random: number): Step<T> {
  if (seconds >= GOOD_WATCH_SECONDS) return begin({ ...state, progressed: false, failures: 0 }, random);
  return wait({ ...state, progressed: false, failures: failuresAfter(state, seconds) }, undefined, random);
}

function afterWatchFailure<T>(state: Watching, error: KubeError, seconds: number, random: number): Step<T> {
  const failures = failuresAfter(state, seconds);
  if (mayGoOn(error)) return wait({ ...state, progressed: false, failures }, error, random);
  const relist: Listing<T> = { phase: "Listing", items: [], continue: undefined, paged: true, failures };
  return isExpired(error) && failures === 1 ? begin(relist, random) : wait(relist, error, random);
}

function failuresAfter(state: Watching, seconds: number): number {
  return state.progressed || seconds >= GOOD_WATCH_SECONDS ? 1 : state.failures + 1;
}

/**
 * Whether the same version is good for another watch. Not after 410, nor after a silence: a version from the future
 * (etcd restored from a backup) looks like that, and so does a dead connection.
 */
function mayGoOn(error: KubeError): boolean {
  if (error.reason === "ConnectionFailed") return true;
  return error.status !== undefined && error.status !== 404 && !isExpired(error);
}

function isExpired(error: KubeError): boolean {
  return error.reason === "Expired" || error.reason === "Gone" || error.status === 410;
}

function wait<T>(next: Listing<T> | Watching, error: KubeError | undefined, random: number): Step<T> {
  const told = (error?.retryAfterSeconds ?? 0) * 1000;
  const milliseconds = Math.max(told, backoff(next.failures, random));
  return { state: { phase: "Waiting", next }, task: { do: "Wait", milliseconds } };
}

/** 0.8-1.6 s, 1.6-3.2 s, ... 15-30 s. */
function backoff(failures: number, random: number): number {
  return Math.min(SHORTEST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF / 2) * (1 + random);
}
