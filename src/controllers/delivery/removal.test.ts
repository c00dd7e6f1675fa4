import { describe, expect, it } from "vitest";
import type { PreviousPlace } from "../../crds/index.ts";
import type { OpenJob, RemovalContext, RemoveResult, Store } from "../../stores/contract.ts";
import { BlockedError, TransientError, WaitingError } from "../../stores/errors.ts";
import type { Removers } from "./fate.ts";
import { removePlaces } from "./removal.ts";
import type { Subject } from "./subject.ts";

const subject: Subject = {
  kind: "StoreDeployment",
  namespace: "shop",
  name: "web",
  uid: "u",
  generation: 1,
  created: "2026-01-01T00:00:00Z",
  deleting: true,
  requested: undefined,
  deliverNow: undefined,
  suspended: false,
  refreshMs: 0,
  schedule: undefined,
  rollout: undefined,
  source: { importName: "web" },
  targets: [],
  records: new Map(),
};

function entry(store: string, key: string): PreviousPlace {
  return {
    target: key,
    place: { storeRef: { name: store }, address: `${store}/${key}`, key, deletionPolicy: "Delete" },
  };
}

/** What removals need of the world, with stores that remove by `remove`; `told` holds the events. */
function world(
  remove: (place: string, context: RemovalContext) => Promise<RemoveResult>,
  withdraw?: NonNullable<Store["withdraw"]>,
): { context: Removers; told: string[]; clock: { now: string } } {
  const told: string[] = [];
  const clock = { now: "2026-06-01T00:00:00Z" };
  const store = (name: string): Store => ({
    provider: "kubernetes",
    timeoutMs: 60_000,
    check: () => Promise.resolve({}),
    place: () => expect.unreachable(),
    remove: (key, _mark, context) => remove(`${name}/${key}`, context),
    ...(withdraw && { withdraw }),
    close: () => Promise.resolve(),
  });
  const context: Removers = {
    fence: () => {},
    lookAgainMs: 1,
    namespaceGoing: () => Promise.resolve(undefined),
    now: () => new Date(clock.now),
    otherKeysAt: () => [],
    ownerId: "me",
    random: () => 0,
    tell: (_, { message }) => void told.push(message),
    writesSuspended: false,
    stores: {
      enter: () => ({ state: "Entered", leave: () => {} }),
      version: () => "1",
      use: (_namespace, { name }, _use, _signal, work) =>
        work({
          store: store(name),
          provider: expect.anything(),
          suspended: false,
          removal: { readSecret: () => Promise.resolve(new Map()) },
        }),
    },
    succession: { pending: () => false },
  };
  return { context, told, clock };
}

const removing = { abandoned: false, awaited: () => false, again: () => {} };

it("the removals of a store that does not answer hold up no other store's, and come one after the other", async () => {
  const hangs = Promise.withResolvers<void>();
  const asked: string[] = [];
  const { context, told } = world(async (place) => {
    asked.push(place);
    if (place.startsWith("slow/")) await hangs.promise;
    return {};
  });
  const entries = [entry("slow", "a"), entry("slow", "b"), entry("quick", "c"), entry("quick", "d")];
  const round = removePlaces(context, subject, entries, removing, new AbortController().signal);
  await expect.poll(() => told).toEqual(["Removed from quick/c.", "Removed from quick/d."]);
  expect(asked).not.toContain("slow/b");
  hangs.resolve();
  expect((await round).done).toEqual(entries);
  expect(told).toHaveLength(4);
});

it("a removal that fails tells the ways out whole, and shows where its reason was cut", async () => {
  const { context } = world(() => Promise.reject(new BlockedError("AccessDenied", "Grant it. ".repeat(40))));
  const round = await removePlaces(context, subject, [entry("apps", "a")], removing, new AbortController().signal);
  const message = round.waiting[0]?.message ?? "";
  expect(message).toHaveLength(256);
  expect(message).toMatch(
    /^Removal: Grant it\. .*… To let it go as it is, annotate it with certferry\.io\/abandon=true\.$/,
  );
});

/** One round for one place. */
async function round(context: Removers, place: PreviousPlace, of = subject) {
  const { done, waiting, until } = await removePlaces(context, of, [place], removing, new AbortController().signal);
  return { done: done.length, entry: waiting[0] ?? place, until: until?.toISOString() };
}

describe("a removal that the store carries out as a job", () => {
  it("is followed after growing waits, told once, and ends when there is no job any more", async () => {
    const given: (OpenJob | undefined)[] = [];
    const answers: RemoveResult[] = [
      { job: { ids: ["12"], state: "new" } },
      { job: { ids: ["12"], state: "running" } },
      { job: { ids: ["12"], state: "running" } },
      {},
    ];
    const { context, told, clock } = world((_, { job }) => {
      given.push(job);
      return Promise.resolve(answers.shift() ?? {});
    });
    const first = await round(context, entry("apps", "a"));
    expect(first.entry).toMatchObject({
      job: { ids: ["12"], state: "new", submittedAt: "2026-06-01T00:00:00.000Z" },
      reason: "RemovalSubmitted",
      message:
        "Removal: the store has accepted it as job 12, which is followed. To let it go as it is, annotate it with certferry.io/abandon=true.",
    });
    expect(first.until).toBe("2026-06-01T00:00:02.000Z");
    clock.now = "2026-06-01T00:00:01Z";
    expect((await round(context, first.entry)).entry).toBe(first.entry);
    clock.now = "2026-06-01T00:00:08Z";
    const second = await round(context, first.entry);
    expect(second.until).toBe("2026-06-01T00:00:16.000Z");
    clock.now = "2026-06-01T00:05:00Z";
    const third = await round(context, second.entry);
    expect(third.until).toBe("2026-06-01T00:06:00.000Z");
    clock.now = "2026-06-01T00:06:00Z";
    expect((await round(context, third.entry)).done).toBe(1);
    expect(given.map((job) => job?.state)).toEqual([undefined, "new", "running", "running"]);
    expect(given[3]?.submittedAt).toEqual(new Date("2026-06-01T00:00:00Z"));
    expect(told).toEqual(["apps/a: the store has accepted it as job 12, which is followed.", "Removed from apps/a."]);
  });

  it.each<[string, () => Promise<RemoveResult>]>([
    ["goes on", () => Promise.resolve({ job: { ids: ["12"], state: "running" } })],
    ["cannot be asked about", () => Promise.reject(new TransientError("StoreUnavailable", "No answer."))],
  ])("is followed for ten minutes; then, where it %s, a Warning names the job", async (_, answer) => {
    const { context, told, clock } = world(answer);
    const job = { ids: ["12"], state: "running", submittedAt: "2026-06-01T00:00:00Z" };
    clock.now = "2026-06-01T00:09:59Z";
    const before = await round(context, { ...entry("apps", "a"), job });
    expect(before.done).toBe(0);
    told.length = 0;
    clock.now = "2026-06-01T00:10:00Z";
    expect(await round(context, { ...entry("apps", "a"), job })).toMatchObject({ done: 1 });
    expect(told).toEqual([
      "apps/a: job 12 was to remove it and has not ended within 10 minutes; it is followed no longer. Look after it in the store.",
    ]);
  });

  it("does not keep an object whose namespace is being deleted when its store is gone, and tells which job goes on", async () => {
    const { context, told } = world(() => Promise.reject(new WaitingError("StoreMissing", "There is no store.")));
    const going = { ...context, namespaceGoing: () => Promise.resolve({ uid: "n" }) };
    const job = { ids: ["12"], state: "running", submittedAt: "2026-05-31T23:59:00Z" };
    expect(await round(going, { ...entry("apps", "a"), job })).toMatchObject({ done: 1 });
    expect(told).toEqual([
      "apps/a stays: its namespace is being deleted. There is no store. In the store job 12 goes on.",
    ]);
  });

  it("is not asked about while its object is suspended, nor keeps it when that goes", async () => {
    const { context, told } = world(() => expect.unreachable());
    const job = { ids: ["12"], state: "running", submittedAt: "2026-05-31T23:59:00Z" };
    const left = { ...entry("apps", "a"), job };
    const paused = { ...subject, suspended: true, deleting: false };
    expect(await round(context, left, paused)).toEqual({ done: 0, entry: left, until: undefined });
    expect(await round(context, left, { ...paused, deleting: true })).toMatchObject({ done: 1 });
    expect(told).toEqual(["apps/a stays: the resource is suspended. In the store job 12 goes on."]);
  });

  it("that failed is tried anew without it, with back-off", async () => {
    const failed = { reason: "JobFailed", message: "The agent could not open the store." } as const;
    const { context, told } = world(() => Promise.resolve({ failed }));
    const job = { ids: ["12"], state: "running", submittedAt: "2026-05-31T23:59:00Z" };
    const { entry: after } = await round(context, { ...entry("apps", "a"), job });
    expect(after).toMatchObject({ reason: "JobFailed", failures: 1 });
    expect(after).not.toHaveProperty("job");
    expect(told).toHaveLength(1);
  });

  it("comes after the job of a delivery, for as long as that takes", async () => {
    const given: unknown[] = [];
    const answers: RemoveResult[] = [{ job: { ids: ["7"], state: "running" } }, { job: { ids: ["8"], state: "new" } }];
    const { context, told, clock } = world((_, { job }) => {
      given.push(job?.ids);
      return Promise.resolve(answers.shift() ?? {});
    });
    const left = { ids: ["7"], state: "new", submittedAt: "2026-05-30T00:00:00Z", fingerprint: "k:1" };
    const waits = await round(context, { ...entry("apps", "a"), job: left });
    expect(waits.entry).toMatchObject({ job: { ...left, state: "running" }, reason: "AwaitingJob" });
    expect(waits.until).toBe("2026-06-01T00:01:00.000Z");
    clock.now = "2026-06-01T00:01:00Z";
    const accepted = await round(context, waits.entry);
    expect(accepted.entry.job).toEqual({ ids: ["8"], state: "new", submittedAt: "2026-06-01T00:01:00.000Z" });
    expect(given).toEqual([["7"], ["7"]]);
    expect(told).toEqual([
      "apps/a: it comes after job 7 of a delivery, which is under way.",
      "apps/a: the store has accepted it as job 8, which is followed.",
    ]);
  });
});

describe("a job on its way to a place that stays", () => {
  const job = { ids: ["7"], state: "new", submittedAt: "2026-05-31T23:00:00Z", fingerprint: "k:1" };
  const retained = (): PreviousPlace => {
    const { place, ...rest } = entry("apps", "a");
    return { ...rest, place: { ...place, deletionPolicy: "Retain" }, job };
  };
  const never = (): Promise<never> => expect.unreachable();

  it.each<[boolean, string]>([
    [true, "apps/a: job 7 was taken back."],
    [false, "apps/a: it is too late to take job 7 back; what it brings stays."],
  ])("is taken back, and nothing is removed; %s", async (done, message) => {
    const { context, told } = world(never, () => Promise.resolve(done));
    expect(await round(context, retained())).toMatchObject({ done: 1 });
    expect(told).toEqual([message]);
  });

  it("does not keep an object whose store is gone", async () => {
    const { context, told } = world(never, () =>
      Promise.reject(new WaitingError("StoreMissing", "There is no store.")),
    );
    expect(await round(context, retained())).toMatchObject({ done: 1 });
    expect(told).toEqual(["There is no store. In the store job 7 goes on."]);
  });

  it("is taken back later where the store does not answer", async () => {
    const { context } = world(never, () => Promise.reject(new TransientError("StoreUnavailable", "No answer.")));
    expect((await round(context, retained())).entry).toMatchObject({ job, reason: "StoreUnavailable", failures: 1 });
  });

  it("goes on where its object is abandoned, which is told", async () => {
    const { context, told } = world(never, never);
    await removePlaces(context, subject, [retained()], { ...removing, abandoned: true }, new AbortController().signal);
    expect(told).toEqual(["apps/a stays: the annotation certferry.io/abandon is true. In the store job 7 goes on."]);
  });
});
