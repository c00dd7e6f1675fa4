import { describe, expect, it } from "vitest";
import type { Desired, Followed, Observation, Place, PutResult } from "../stores/contract.ts";
import { BlockedError, TransientError, WaitingError } from "../stores/errors.ts";
import type { Situation } from "./situation.ts";
import type { DeliveryRecord } from "./record.ts";
import { deliver, type Effects, type Outcome } from "./run.ts";
import { present, situation } from "./testing.ts";

const never: DeliveryRecord = { phase: "Pending" };
const absent: Observation = { state: "Absent" };
const old = present({ differs: [{ what: "data tls.crt" }] });
const written: PutResult = { outcome: "Written", seen: present() };
const changed: PutResult = { outcome: "Changed" };
const desired: Desired = {
  bundle: { leaf: Buffer.from("leaf"), chain: [], trusted: [] },
  chain: { include: true, root: "Exclude" },
  mark: "me/StoreDeployment/shop/web/t",
};

/** What the place answers, in order; an answer too few is a failure of the test. */
interface Script {
  readonly looks?: readonly (Observation | Error)[];
  readonly writes?: readonly (PutResult | Error)[];
  readonly follows?: readonly (Followed | Error)[];
  readonly withdrawals?: readonly (boolean | Error)[];
  readonly effects?: Partial<Effects>;
  readonly situation?: Partial<Situation>;
  readonly place?: Partial<Place>;
}

/** One run, and what it did to the world in the order in which it did it. */
function run(record: DeliveryRecord, script: Script, signal: AbortSignal = new AbortController().signal) {
  const did: string[] = [];
  const saved: DeliveryRecord[] = [];
  const answer = <T>(what: string, answers: T[]): Promise<Exclude<T, Error>> => {
    did.push(what);
    const next = answers.shift();
    if (next === undefined) return Promise.reject(new Error(`the script has no more answers to ${what}`));
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as Exclude<T, Error>);
  };
  const looks = [...(script.looks ?? [])];
  const writes = [...(script.writes ?? [])];
  const follows = [...(script.follows ?? [])];
  const withdrawals = [...(script.withdrawals ?? [])];
  const jobs: Pick<Place, "follow" | "withdraw"> = {
    follow: ({ ids }) => answer(`follow ${ids.join()}`, follows),
    withdraw: ({ ids }) => answer(`withdraw ${ids.join()}`, withdrawals),
  };
  const place: Place = {
    address: "kubernetes:u/web/tls",
    spots: ["tls.crt"],
    key: "k",
    repeatable: true,
    observe: () => answer("look", looks),
    put: (_, { state }) => answer(`write over ${state}`, writes),
    ...(script.follows && jobs),
    ...script.place,
  };
  const effects: Effects = {
    now: () => new Date("2026-02-01T00:00:00Z"),
    fence: () => did.push("fence"),
    open: (opening) => {
      did.push("save the opening");
      saved.push(opening);
      return Promise.resolve(true);
    },
    onDefect: (error) => did.push(`defect: ${String(error)}`),
    ...script.effects,
  };
  const outcome = deliver(record, place, desired, situation(script.situation), effects, signal);
  return { outcome, did, saved };
}

async function settled(outcome: Promise<Outcome>): Promise<Extract<Outcome, { ended: "Settled" }>> {
  const ended = await outcome;
  if (ended.ended !== "Settled") throw new Error("the run was dropped");
  return ended;
}

describe("a run", () => {
  it("names what lies there under another name once the place holds the certificate", async () => {
    const found = present({ replaced: "old" });
    expect(await run(never, { looks: [found] }).outcome).toMatchObject({ replaced: "old" });
    const wrote = run(never, { looks: [old], writes: [{ outcome: "Written", seen: found }] });
    expect(await wrote.outcome).toMatchObject({ replaced: "old" });
    const suspended = { message: "suspended", jobs: "Follow" } as const;
    const held = run(never, { looks: [found], situation: { suspended } });
    expect(await held.outcome).toMatchObject({ record: { phase: "Suspended" }, replaced: undefined });
  });

  it("tells what the look has told, but not after a write: then what that has told", async () => {
    const look = run(never, { looks: [present({ report: { version: "1" } })] });
    expect(await look.outcome).toMatchObject({ told: { by: "Look", report: { version: "1" } } });
    const looks = [{ ...old, report: { version: "1" } }];
    const seen = present({ report: { version: "2" } });
    const write = run(never, { looks, writes: [{ outcome: "Written", seen }] });
    expect(await write.outcome).toMatchObject({ told: { by: "Write", report: { version: "2" } } });
    const silent = run(never, { looks: [...looks], writes: [written] });
    expect(await silent.outcome).toMatchObject({ told: undefined });
  });

  it("writes nothing where the place holds the certificate already", async () => {
    const { outcome, did } = run(never, { looks: [present()] });
    expect(await outcome).toMatchObject({
      ended: "Settled",
      record: { phase: "Delivered" },
      until: undefined,
      wrote: false,
    });
    expect(did).toEqual(["look"]);
  });

  it("saves the opening before it makes what is not there, and asks the fence right before the write", async () => {
    const { outcome, did, saved } = run(never, { looks: [absent], writes: [written] });
    expect(await outcome).toMatchObject({ record: { phase: "Delivered", fingerprint: "key:new" }, wrote: true });
    expect(did).toEqual(["look", "save the opening", "fence", "write over Absent"]);
    expect(saved).toMatchObject([{ attempt: { number: 1, deadline: "2026-02-01T00:01:30.000Z" } }]);
  });

  it("writes over what it saw without an opening: the version seen is the fence", async () => {
    const { outcome, did } = run(never, { looks: [old], writes: [written] });
    expect(await outcome).toMatchObject({ record: { phase: "Delivered" }, wrote: true });
    expect(did).toEqual(["look", "fence", "write over Present"]);
  });

  it("makes the place ready before it saves the opening of a write, and only then", async () => {
    const prepared: string[] = [];
    const prepare = () => Promise.resolve(void prepared.push("ready"));
    const wrote = run(never, { looks: [absent], writes: [written], place: { prepare } });
    expect(await wrote.outcome).toMatchObject({ wrote: true });
    expect(wrote.did).toEqual(["look", "fence", "save the opening", "fence", "write over Absent"]);
    expect(prepared).toEqual(["ready"]);
    const suspended = run(never, {
      looks: [absent],
      place: { prepare },
      situation: { suspended: { message: "stop", jobs: "Follow" } },
    });
    expect(await suspended.outcome).toMatchObject({ record: { phase: "Suspended" }, wrote: false });
    expect(prepared).toEqual(["ready"]);
  });

  it("opens no write that cannot be made ready for", async () => {
    const prepare = () => Promise.reject(new BlockedError("ReadOnly", "mount it writable"));
    const { outcome, did } = run(never, { looks: [absent], place: { prepare } });
    const { record } = await settled(outcome);
    expect(record).toMatchObject({ phase: "Blocked", reason: "ReadOnly" });
    expect(record).not.toHaveProperty("attempt");
    expect(did).toEqual(["look", "fence"]);
  });

  it("writes nothing when somebody else has changed the object since: its decision is out of date", async () => {
    const { outcome, did } = run(never, { looks: [absent], effects: { open: () => Promise.resolve(false) } });
    expect(await outcome).toEqual({ ended: "Dropped" });
    expect(did).toEqual(["look"]);
  });

  it("looks again when the place changed between the look and the write", async () => {
    const { outcome, did } = run(never, { looks: [old, present()], writes: [changed] });
    expect(await outcome).toMatchObject({ record: { phase: "Delivered" } });
    expect(did).toEqual(["look", "fence", "write over Present", "look"]);
  });

  it("opens a new attempt after a change: the one before provably wrote nothing", async () => {
    const { outcome, did, saved } = run(never, { looks: [absent, absent], writes: [changed, written] });
    const { record } = await settled(outcome);
    expect(did.filter((what) => what === "save the opening")).toHaveLength(2);
    expect(saved.map(({ attempt }) => attempt?.number)).toEqual([1, 1]);
    expect(record).not.toHaveProperty("attempt");
  });

  it("does not leave an attempt open when somebody else took the place just before the write", async () => {
    const holders = { ours: false, others: ["me/StoreDeployment/shop/b"], foreign: false };
    const { outcome } = run(never, { looks: [absent, present({ holders })], writes: [changed] });
    const { record } = await settled(outcome);
    expect(record).toMatchObject({ phase: "Blocked", reason: "PlaceTaken" });
    expect(record).not.toHaveProperty("attempt");
  });

  it("gives up for now after five changes, and counts one failure", async () => {
    const { outcome, did } = run(never, {
      looks: [old, old, old, old, old, old],
      writes: [changed, changed, changed, changed, changed],
    });
    expect(await outcome).toMatchObject({
      record: { phase: "Failed", reason: "PlaceChanging", failures: 1 },
      until: new Date("2026-02-01T00:00:05Z"),
    });
    expect(did.filter((what) => what === "write over Present")).toHaveLength(5);
  });
});

describe("a failure of the store", () => {
  it("is a result, not an exception", async () => {
    const { outcome, did } = run(never, { looks: [new WaitingError("CredentialsRefused", "The store is shut.")] });
    expect(await outcome).toMatchObject({
      record: { phase: "Waiting", reason: "CredentialsRefused", message: "The store is shut." },
      wrote: false,
    });
    expect(did).toEqual(["look"]);
  });

  it("of a write that may have happened leaves the attempt open until its deadline", async () => {
    const lost = new TransientError("ClusterUnavailable", "No answer.", { happened: "unknown" });
    const { outcome } = run(never, { looks: [absent], writes: [lost] });
    expect(await outcome).toMatchObject({
      record: { phase: "Failed", attempt: { number: 1, deadline: "2026-02-01T00:01:30.000Z" } },
      until: new Date("2026-02-01T00:01:30Z"),
      wrote: true,
    });
  });

  it("of a write that was refused closes the attempt", async () => {
    const { outcome } = run(never, { looks: [absent], writes: [new BlockedError("AccessDenied", "Grant it.")] });
    const { record } = await settled(outcome);
    expect(record).toMatchObject({ phase: "Blocked", reason: "AccessDenied" });
    expect(record).not.toHaveProperty("attempt");
  });

  it("that nobody foresaw is told as a defect, and tried again without its text in the status", async () => {
    const { outcome, did } = run(never, { looks: [new TypeError("s3cret is undefined")] });
    const { record, until } = await settled(outcome);
    expect(did).toEqual(["look", "defect: TypeError: s3cret is undefined"]);
    expect([record.phase, record.reason, until]).toEqual(["Failed", "StoreFailed", new Date("2026-02-01T00:00:05Z")]);
    expect(JSON.stringify(record)).not.toContain("s3cret");
  });

  it("that nobody foresaw in a write leaves the attempt open: it may have happened", async () => {
    const { outcome } = run(never, { looks: [absent], writes: [new TypeError("bug")] });
    expect(await outcome).toMatchObject({ record: { reason: "StoreFailed", attempt: { number: 1 } } });
  });

  it("includes an answer that takes longer than the store's timeout", async () => {
    const observe: Place["observe"] = (_, signal) =>
      new Promise((_, reject) => {
        const late = (): void =>
          reject(new TransientError("StoreUnavailable", "No answer in time.", { happened: "no" }));
        signal.addEventListener("abort", late);
      });
    const { outcome } = run(never, { place: { observe }, situation: { timeoutMs: 1 } });
    expect(await outcome).toMatchObject({ record: { phase: "Failed", reason: "StoreUnavailable" } });
  });
});

describe("a job", () => {
  const fingerprint = "key:new";
  const job = { ids: ["j"], state: "new", submittedAt: "2026-01-31T23:59:00Z", fingerprint };
  const before: DeliveryRecord = { phase: "InProgress", reason: "JobSubmitted", place: situation().place, job };
  const idle: Followed = {
    outcome: "Open",
    job,
    reason: "JobSubmitted",
    message: "m",
    idleSince: new Date("2026-01-31T23:59:00Z"),
  };
  const newer = { fingerprint: "key:newer" };

  it("is what a write can come to", async () => {
    const { outcome, did } = run(never, { looks: [absent], writes: [{ outcome: "Submitted", job }] });
    expect(await outcome).toMatchObject({ record: { reason: "JobSubmitted", job: { ids: ["j"] } }, wrote: true });
    expect(did).toEqual(["look", "save the opening", "fence", "write over Absent"]);
  });

  it("is followed, and counts as written when it has ended", async () => {
    const open = run(before, { follows: [idle] });
    expect(await open.outcome).toMatchObject({
      record: { job },
      until: new Date("2026-02-01T00:01:00Z"),
      wrote: false,
    });
    expect(open.did).toEqual(["follow j"]);
    const seen = present({ report: { version: "2" } });
    const ended = run(before, { follows: [{ outcome: "Ended", seen }] });
    expect(await ended.outcome).toMatchObject({
      record: { phase: "Delivered" },
      wrote: true,
      told: { report: { version: "2" } },
    });
    expect(ended.did).toEqual(["follow j"]);
  });

  it("is taken back, which is a write, before the newer bundle is planned and opened", async () => {
    const { outcome, did, saved } = run(before, {
      follows: [idle],
      withdrawals: [true],
      looks: [absent],
      writes: [{ outcome: "Submitted", job: { ids: ["k"], state: "new" } }],
      situation: newer,
    });
    expect(await outcome).toMatchObject({ record: { job: { ids: ["k"], fingerprint: "key:newer" } } });
    const takenBack = ["follow j", "fence", "withdraw j"];
    expect(did).toEqual([...takenBack, "look", "save the opening", "fence", "write over Absent"]);
    expect(saved[0]).not.toHaveProperty("job");
  });

  it("that is not to be taken back any more is followed, with nothing written beside it", async () => {
    const { outcome, did } = run(before, { follows: [idle], withdrawals: [false], situation: newer });
    expect(await outcome).toMatchObject({ record: { job: { fingerprint } }, wrote: false });
    expect(did).toEqual(["follow j", "fence", "withdraw j"]);
  });

  it("is not taken back when the fence falls", async () => {
    const fence = (): never => {
      throw new Error("the lease is lost");
    };
    const { outcome, did } = run(before, { follows: [idle], situation: newer, effects: { fence } });
    await expect(outcome).rejects.toThrow("the lease is lost");
    expect(did).toEqual(["follow j"]);
  });

  it("stays on record when it cannot be asked about, or taken back", async () => {
    const silent = new TransientError("StoreUnavailable", "No answer.");
    for (const script of [{ follows: [silent] }, { follows: [idle], withdrawals: [silent], situation: newer }]) {
      expect(await run(before, script).outcome).toMatchObject({ record: { reason: "StoreUnavailable", job } });
    }
  });

  it("of a place that follows none is a defect, and stays on record", async () => {
    const { outcome, did } = run(before, {});
    expect(await outcome).toMatchObject({ record: { phase: "Failed", reason: "StoreFailed", job } });
    expect(did).toEqual(["defect: InternalDefect: A job that its place cannot follow."]);
  });

  it("is looked for where a write has no receipt, from when it began", async () => {
    const asked: unknown[] = [];
    const attempt = { number: 1, fingerprint, startedAt: "2026-01-31T23:50:00Z", deadline: "2026-01-31T23:51:30Z" };
    const observe: Place["observe"] = (_, __, unsure) => {
      asked.push(unsure);
      return Promise.resolve({ state: "Absent", job: { ids: ["j"], state: "found" } });
    };
    const { outcome } = run({ ...never, attempt }, { place: { observe } });
    expect(await outcome).toMatchObject({
      record: { job: { ids: ["j"], submittedAt: "2026-01-31T23:50:00Z" } },
      wrote: false,
    });
    expect(asked).toEqual([{ since: new Date("2026-01-31T23:50:00Z") }]);
  });
});

describe("a run rejects", () => {
  it("without a look when it is aborted before it begins", async () => {
    const { outcome, did } = run(never, { looks: [present()] }, AbortSignal.abort(new Error("stopped")));
    await expect(outcome).rejects.toThrow("stopped");
    expect(did).toEqual([]);
  });

  it("when it is aborted while the store is asked, and takes that for no defect of it", async () => {
    const stop = new AbortController();
    const put: Place["put"] = () => {
      stop.abort(new Error("stopped"));
      return Promise.reject(new Error("aborted"));
    };
    const { outcome, did } = run(never, { looks: [old], place: { put } }, stop.signal);
    await expect(outcome).rejects.toThrow("stopped");
    expect(did).toEqual(["look", "fence"]);
  });

  it("without a write when the fence falls", async () => {
    const fence = (): never => {
      throw new Error("the lease is lost");
    };
    const { outcome, did } = run(never, { looks: [absent], writes: [written], effects: { fence } });
    await expect(outcome).rejects.toThrow("the lease is lost");
    expect(did).toEqual(["look", "save the opening"]);
  });

  it("without a write when the opening cannot be saved", async () => {
    const open = (): Promise<never> => Promise.reject(new Error("the API server is away"));
    const { outcome, did } = run(never, { looks: [absent], writes: [written], effects: { open } });
    await expect(outcome).rejects.toThrow("the API server is away");
    expect(did).toEqual(["look"]);
  });
});
