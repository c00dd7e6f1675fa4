import { describe, expect, it } from "vitest";
import type { Desired, Observation, Place, PutResult } from "../stores/contract.ts";
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
  const place: Place = {
    address: "kubernetes:u/web/tls",
    spots: ["tls.crt"],
    key: "k",
    repeatable: true,
    observe: () => answer("look", looks),
    put: (_, { state }) => answer(`write over ${state}`, writes),
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
