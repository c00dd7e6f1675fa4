import { describe, expect, it } from "vitest";
import { KubeError, type KubeErrorReason } from "./errors.ts";
import { initialState, type ReflectorEvent, type Step, transition } from "./reflector-state.ts";
import type { KubeObject } from "./types.ts";

function object(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, resourceVersion } };
}

/** The step after these events, with chance at 0. */
function after(...events: ReflectorEvent<KubeObject>[]): Step<KubeObject> {
  let step: Step<KubeObject> = { state: initialState() };
  for (const event of events) step = transition(step.state, event, 0);
  const { effect } = step;
  return effect?.do === "Replace" ? { ...step, effect: { ...effect, items: [...effect.items] } } : step;
}

function page(items: KubeObject[], resourceVersion: string, more?: string): ReflectorEvent<KubeObject> {
  return { type: "Listed", page: { items, resourceVersion, continue: more } };
}

function listFailed(reason: KubeErrorReason, fields: { status?: number; retryAfterSeconds?: number } = {}) {
  return { type: "ListFailed", error: new KubeError(reason, "", fields) } as const;
}

function watchFailed(
  reason: KubeErrorReason,
  fields: { status?: number; retryAfterSeconds?: number } = {},
  seconds = 1,
): ReflectorEvent<KubeObject> {
  return { type: "WatchFailed", error: new KubeError(reason, "", fields), seconds };
}

function checked(resourceVersion: string): ReflectorEvent<KubeObject> {
  return { type: "Checked", resourceVersion };
}

function checkFailed(reason: KubeErrorReason, status: number): ReflectorEvent<KubeObject> {
  return { type: "CheckFailed", error: new KubeError(reason, "", { status }) };
}

const started = { type: "Started" } as const;
const waited = { type: "Waited" } as const;
const a = object("a", "1");
const b = object("b", "2");
const listed = [started, page([a], "10")];
const changed = { type: "Changed", change: { type: "MODIFIED", object: object("a", "12") } } as const;
const bookmark = { type: "Changed", change: { type: "BOOKMARK", resourceVersion: "20" } } as const;
const expired = { status: 410 };
const known = checked("100");

describe("listing", () => {
  it("begins with a page of 500", () => {
    expect(after(started).task).toEqual({ do: "List", limit: 500, continue: undefined });
  });

  it("reads page after page and swaps the cache once, at the end", () => {
    const second = after(started, page([a], "9", "token"));
    expect(second.task).toEqual({ do: "List", limit: 500, continue: "token" });
    expect(second.effect).toBeUndefined();
    expect(after(started, page([a], "9", "token"), page([b], "10")).effect).toEqual({
      do: "Replace",
      items: [a, b],
      resourceVersion: "10",
      wentBack: false,
    });
  });

  it("waits 0.8 s after a failure and goes on with the same page", () => {
    const events = [started, page([a], "9", "token"), listFailed("ConnectionFailed")];
    expect(after(...events).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...events, waited).task).toEqual({ do: "List", limit: 500, continue: "token" });
    expect(after(...events, waited, page([b], "10")).effect).toMatchObject({ items: [a, b] });
  });

  it("waits twice as long after every failure, up to 15 s, and up to twice that by chance", () => {
    let step: Step<KubeObject> = after(started);
    const waits: number[] = [];
    for (let count = 0; count < 7; count += 1) {
      step = transition(step.state, listFailed("ConnectionFailed"), 0);
      if (step.task?.do === "Wait") waits.push(step.task.milliseconds);
      step = transition(step.state, waited, 0);
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
    const { task } = transition(step.state, listFailed("ConnectionFailed"), 0.999_999);
    expect(task?.do === "Wait" && Math.round(task.milliseconds)).toBe(30_000);
  });

  it("waits as long as the server asks", () => {
    const { task } = after(started, listFailed("TooManyRequests", { status: 429, retryAfterSeconds: 7 }));
    expect(task).toEqual({ do: "Wait", milliseconds: 7000 });
  });

  it("waits a minute where the server asks for a day", () => {
    const { task } = after(started, listFailed("ServiceUnavailable", { status: 503, retryAfterSeconds: 86_400 }));
    expect(task).toEqual({ do: "Wait", milliseconds: 60_000 });
  });

  it("asks for everything at once when its continue token expired, and forgets the pages", () => {
    const events = [started, page([a], "9", "token"), listFailed("Expired", expired)];
    expect(after(...events).task).toEqual({ do: "List", limit: undefined, continue: undefined });
    expect(after(...events, page([b], "10")).effect).toMatchObject({ items: [b] });
  });

  it.each<[KubeErrorReason, number]>([
    ["InternalError", 500],
    ["BadRequest", 400],
  ])(
    "waits and begins anew when a page is refused with %s %d: the token may be from before a restore of etcd",
    (reason, status) => {
      const events = [started, page([a], "9", "token"), listFailed(reason, { status }), waited];
      expect(after(...events).task).toEqual({ do: "List", limit: 500, continue: undefined });
      expect(after(...events, page([b], "10")).effect).toMatchObject({ items: [b] });
    },
  );

  it("goes on with the same page when the server is busy", () => {
    const events = [started, page([a], "9", "token"), listFailed("TooManyRequests", { status: 429 }), waited];
    expect(after(...events).task).toEqual({ do: "List", limit: 500, continue: "token" });
  });

  it("does not spin when even that is told to be expired", () => {
    const again = listFailed("Expired", expired);
    expect(after(started, again, again).task).toMatchObject({ do: "Wait" });
  });
});

describe("watching", () => {
  it("begins at the version of the list, for 290 s to 600 s by chance", () => {
    expect(after(...listed).task).toEqual({ do: "Watch", resourceVersion: "10", timeoutSeconds: 290 });
    const { state } = after(started);
    expect(transition(state, page([a], "10"), 0.999_999).task).toMatchObject({ timeoutSeconds: 600 });
  });

  it("leaves out what was told before: it may be gone since", () => {
    const again = { type: "Changed", change: { type: "ADDED", object: object("a", "11") } } as const;
    const step = after(...listed, changed, again);
    expect(step.effect).toBeUndefined();
    expect(transition(step.state, { type: "WatchEnded", seconds: 290 }, 0).task).toMatchObject({
      resourceVersion: "12",
    });
  });

  it("puts what was added or modified and goes on", () => {
    const step = after(...listed, changed);
    expect(step.effect).toEqual({ do: "Put", object: object("a", "12") });
    expect(step.task).toBeUndefined();
  });

  it("removes what was deleted", () => {
    const { effect } = after(...listed, { type: "Changed", change: { type: "DELETED", object: object("a", "13") } });
    expect(effect).toEqual({ do: "Remove", object: object("a", "13") });
  });

  it("goes on at once from the last event when the server ends it in time", () => {
    expect(after(...listed, changed, { type: "WatchEnded", seconds: 290 }).task).toMatchObject({
      do: "Watch",
      resourceVersion: "12",
    });
  });

  it("goes on from a bookmark", () => {
    const step = after(...listed, changed, bookmark);
    expect(step.effect).toEqual({ do: "Advance", resourceVersion: "20" });
    expect(transition(step.state, { type: "WatchEnded", seconds: 290 }, 0).task).toMatchObject({
      do: "Watch",
      resourceVersion: "20",
    });
  });

  it("waits longer and longer when the server ends it at once, again and again", () => {
    const short = { type: "WatchEnded", seconds: 0 } as const;
    expect(after(...listed, short).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...listed, short, waited, short).task).toEqual({ do: "Wait", milliseconds: 1600 });
  });

  it.each<[KubeErrorReason, { status?: number }]>([
    ["ConnectionFailed", {}],
    ["InternalError", { status: 500 }],
    ["ServiceUnavailable", { status: 503 }],
    ["Unauthorized", { status: 401 }],
    ["Forbidden", { status: 403 }],
  ])("waits after %s, asks whether the server knows the version still, and goes on from it", (reason, fields) => {
    const events = [...listed, changed, watchFailed(reason, fields)];
    expect(after(...events).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...events, waited).task).toEqual({ do: "Check" });
    expect(after(...events, waited, checked("12")).task).toMatchObject({ do: "Watch", resourceVersion: "12" });
    expect(after(...events, waited, checked("99")).task).toMatchObject({ do: "Watch", resourceVersion: "12" });
  });

  it("lists again when the server knows less than was watched: its etcd has been restored", () => {
    const events = [...listed, changed, watchFailed("ConnectionFailed"), waited, checked("11")];
    expect(after(...events).task).toEqual({ do: "List", limit: 500, continue: undefined });
    expect(after(...events, page([b], "13")).effect).toMatchObject({ do: "Replace", items: [b], wentBack: true });
  });

  it("knows a restore of etcd by any page of a list", () => {
    const events = [...listed, changed, watchFailed("Timeout"), waited];
    expect(after(...events, page([a], "11", "token"), page([b], "11")).effect).toMatchObject({ wentBack: true });
    expect(after(...events, page([a], "12")).effect).toMatchObject({ wentBack: false });
  });

  it("asks again when the question fails", () => {
    const events = [
      ...listed,
      changed,
      watchFailed("ConnectionFailed"),
      waited,
      checkFailed("ServiceUnavailable", 503),
    ];
    expect(after(...events).task).toEqual({ do: "Wait", milliseconds: 1600 });
    expect(after(...events, waited).task).toEqual({ do: "Check" });
  });

  it("lists again when the kind is gone by then", () => {
    const events = [...listed, changed, watchFailed("ConnectionFailed"), waited, checkFailed("NotFound", 404), waited];
    expect(after(...events).task).toEqual({ do: "List", limit: 500, continue: undefined });
  });

  it("does not ask a busy server", () => {
    const events = [...listed, changed, watchFailed("TooManyRequests", { status: 429 })];
    expect(after(...events).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...events, waited).task).toMatchObject({ do: "Watch", resourceVersion: "12" });
  });

  it("waits as long as a 429 asks", () => {
    const busy = watchFailed("TooManyRequests", { status: 429, retryAfterSeconds: 5 });
    expect(after(...listed, busy).task).toEqual({ do: "Wait", milliseconds: 5000 });
  });

  it.each<KubeErrorReason>(["Expired", "Gone"])("lists again at once after %s", (reason) => {
    const events = [...listed, changed, watchFailed(reason, expired)];
    expect(after(...events).task).toEqual({ do: "List", limit: 500, continue: undefined });
    expect(after(...events, page([b], "30")).effect).toEqual({
      do: "Replace",
      items: [b],
      resourceVersion: "30",
      wentBack: false,
    });
  });

  it("lists again at once after Expired also when the server has been away for long, as it forgets by a restart", () => {
    const cut = watchFailed("ConnectionFailed");
    const away = [...listed, cut, waited, known, cut, waited, known, cut, waited, known];
    expect(after(...away, watchFailed("Expired", expired)).task).toEqual({
      do: "List",
      limit: 500,
      continue: undefined,
    });
  });

  it("does not spin between a list that works and a watch that is always too old", () => {
    const gone = watchFailed("Expired", expired);
    expect(after(...listed, gone).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...listed, gone, waited, page([a], "30"), gone).task).toEqual({ do: "Wait", milliseconds: 1600 });
  });

  it.each<[string, KubeErrorReason, { status?: number }]>([
    ["a silence", "Timeout", {}],
    ["nonsense", "MalformedAnswer", {}],
    ["the kind was not found", "NotFound", { status: 404 }],
    ["the version was refused", "BadRequest", { status: 400 }],
    ["the version was from the future", "Timeout", { status: 504 }],
  ])("waits and lists again after %s: the version may be worth nothing", (_, reason, fields) => {
    const events = [...listed, changed, watchFailed(reason, fields)];
    expect(after(...events).task).toEqual({ do: "Wait", milliseconds: 800 });
    expect(after(...events, waited).task).toEqual({ do: "List", limit: 500, continue: undefined });
  });

  it("forgets failures once something was told", () => {
    const cut = watchFailed("ConnectionFailed");
    expect(after(...listed, cut, waited, known, cut, waited, known, changed, cut).task).toEqual({
      do: "Wait",
      milliseconds: 800,
    });
  });

  it("forgets failures once a connection lived for 10 s", () => {
    const cut = watchFailed("ConnectionFailed");
    const late = watchFailed("ConnectionFailed", {}, 10);
    expect(after(...listed, cut, waited, known, cut, waited, known, late).task).toEqual({
      do: "Wait",
      milliseconds: 800,
    });
  });
});

it("an event that cannot be is a bug, and said so", () => {
  expect(() => after(started, waited)).toThrow("reflector: Waited while Listing");
});
