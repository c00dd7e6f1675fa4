import { describe, expect, it } from "vitest";
import type { Desired, Observation, Place, Store } from "../stores/contract.ts";
import { BlockedError, CredentialsRefused, TerminalError, TransientError, WaitingError } from "../stores/errors.ts";
import type { Told } from "../stores/gate/index.ts";
import { guardedStore } from "./guarded-store.ts";

const absent: Observation = { state: "Absent" };
const desired = {} as Desired;
const signal = new AbortController().signal;
const later = new Date("2030-01-01T00:00:40Z");

/** A store whose place does this, its guard's grant, and what the guard was told. */
function guarded(observe: () => Promise<Observation> = () => Promise.resolve(absent)): {
  store: Store;
  place: Place;
  told: Told[];
  done: string[];
  grant: { given: boolean };
} {
  const done: string[] = [];
  const grant = { given: true };
  const told: Told[] = [];
  const place: Place = {
    address: "a",
    spots: ["s"],
    key: "k",
    repeatable: true,
    observe,
    put: () => {
      done.push("put");
      return Promise.resolve({ outcome: "Written", seen: absent });
    },
  };
  const inner: Store = {
    provider: "probe",
    timeoutMs: 1_000,
    check: () => Promise.resolve({}),
    place: () => place,
    withdraw: (key, { ids }) => {
      done.push(`withdraw ${key} ${ids.join()}`);
      return Promise.resolve(true);
    },
    remove: () => {
      done.push("remove");
      return Promise.resolve({});
    },
    close: () => Promise.resolve(),
  };
  const permit = (): void => {
    if (!grant.given) throw new TerminalError("NotGranted", "no");
  };
  const store = guardedStore(inner, { permit, told: (one) => void told.push(one) });
  const secret = (): Buffer => Buffer.alloc(0);
  return { store, place: store.place({}, { namespace: "shop", name: "web", secret }), told, done, grant };
}

describe("a grant that is taken back between look and write", () => {
  it("ends the write, and a removal, before anything is asked of the store", async () => {
    const { store, place, done, grant } = guarded();
    const seen = await place.observe(desired, signal);
    grant.given = false;
    await expect(place.put(desired, seen, signal)).rejects.toMatchObject({ reason: "NotGranted" });
    const removal = { readSecret: () => Promise.resolve(new Map()) };
    await expect(store.remove("k", "mark", removal, signal)).rejects.toMatchObject({ reason: "NotGranted" });
    expect(done).toEqual([]);
    grant.given = true;
    await place.put(desired, seen, signal);
    expect(done).toEqual(["put"]);
  });
});

it("takes back a job whoever is granted what: nobody is left without a way to stop it", async () => {
  const { store, told, done, grant } = guarded();
  grant.given = false;
  const job = { ids: ["7"], state: "", submittedAt: later };
  expect(await store.withdraw?.("k", job, signal)).toBe(true);
  expect([done, told]).toEqual([["withdraw k 7"], [{ store: "Answered" }]]);
});

describe("what an operation tells of its store", () => {
  const refusal = new CredentialsRefused("renew them");
  it.each<[string, Error, Told[]]>([
    ["a refused login", refusal, [{ store: "Refused", refusal }]],
    ["a refusal of something else", new BlockedError("AccessDenied", "no"), [{ store: "Answered" }]],
    ["something that is missing", new WaitingError("NamespaceMissing", "create it"), []],
    ["an answer that is an error", new TransientError("ClusterUnavailable", "500"), [{ store: "Answered" }]],
    ["no answer", new TransientError("ClusterUnavailable", "reset", { silent: true }), [{ store: "Silent" }]],
    [
      "a pause",
      new TransientError("ClusterUnavailable", "429", { retryAfter: later, happened: "no" }),
      [{ store: "Paused", until: later }],
    ],
    ["a defect", new TypeError("undefined is not a function"), []],
  ])("%s", async (_, error, expected) => {
    const { place, told } = guarded(() => Promise.reject(error));
    await place.observe(desired, signal).catch(() => undefined);
    expect(told).toEqual(expected);
  });

  it("is that it is silent, when the time of the operation is up", async () => {
    const { place, told } = guarded(() => Promise.reject(new Error("aborted")));
    const up = AbortSignal.abort(new DOMException("no end within 60 s", "TimeoutError"));
    await expect(place.observe(desired, up)).rejects.toThrow("aborted");
    expect(told.at(-1)).toEqual({ store: "Silent" });
  });

  it("is nothing, when the operator itself gave up", async () => {
    const { place, told } = guarded(() => Promise.reject(new Error("aborted")));
    await expect(place.observe(desired, AbortSignal.abort(new Error("the drain took too long")))).rejects.toThrow(
      "aborted",
    );
    expect(told).toEqual([]);
  });
});

describe("a pause", () => {
  const pause = { retryAfter: later };
  it("is waited for, by whoever has surely written nothing", async () => {
    const { place } = guarded(() =>
      Promise.reject(new TransientError("StoreFailed", "429", { ...pause, happened: "no" })),
    );
    const expected = { name: "WaitingError", reason: "StoreThrottled", until: later };
    await expect(place.observe(desired, signal)).rejects.toMatchObject(expected);
  });

  it("leaves a write that may have happened what it is", async () => {
    const { place } = guarded(() => Promise.reject(new TransientError("StoreFailed", "503", pause)));
    await expect(place.observe(desired, signal)).rejects.toMatchObject({ name: "TransientError", happened: "unknown" });
  });
});
