import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { ready, YardScene } from "../yard/scene.ts";

/** A job is asked about every two seconds at first, on a busy machine later. */
const minutes = { timeout: 180_000 };

type Record = NonNullable<NonNullable<StoreDeployment["status"]>["targets"]>[number];

const scene = new YardScene();
const { yard, renewed, slotOf, target, deployment, status, submitted, told } = scene;

beforeAll(async () => {
  await scene.create("jobs-meanwhile");
  await renewed();
  await scene.start();
  await scene.import();
});
afterAll(() => scene.world.stop());

function statesOf(...slots: string[]): string[][] {
  return slots.map((slot) => yard.jobs.filter((job) => job.slot === slot).map(({ state }) => state));
}

/** Waits until a target's record is so. */
function record(name: string, what: string, fits: (record: Record) => boolean, index = 0): Promise<unknown> {
  return status(name, what, ({ targets }) => {
    const found = targets?.[index];
    return found !== undefined && fits(found);
  });
}

const phase =
  (wanted: Record["phase"]) =>
  ({ phase }: Record): boolean =>
    phase === wanted;

async function jobs(what: string, slot: string, states: readonly string[]): Promise<void> {
  const so = (): boolean => statesOf(slot)[0]?.join() === states.join();
  await eventually(what, () => so(), { withinMs: 60_000 });
}

describe("a resource that is suspended while a job is open", minutes, () => {
  it("has the job taken back that nobody has begun, and submits another when it goes on", async () => {
    const slot = slotOf();
    await submitted("paused", slot);
    await scene.world.patch("paused", { spec: { suspend: true } });
    await record("paused", "the suspension", phase("Suspended"));
    expect(statesOf(slot)).toEqual([["Withdrawn"]]);
    await scene.world.patch("paused", { spec: { suspend: false } });
    await jobs("another job", slot, ["Withdrawn", "Waiting"]);
    yard.end(slot);
    await record("paused", "the end", phase("Delivered"));
  });

  it("has the job ended that somebody has begun", async () => {
    const slot = slotOf();
    await submitted("late", slot);
    yard.begin(slot);
    await scene.world.patch("late", { spec: { suspend: true } });
    await record("late", "that it runs", ({ reason }) => reason === "JobRunning");
    yard.end(slot);
    await record("late", "the suspension", ({ phase, job }) => phase !== "InProgress" && job === undefined);
    expect(statesOf(slot)).toEqual([["Done"]]);
    await scene.world.patch("late", { spec: { suspend: false } });
    await record("late", "the end", phase("Delivered"));
    expect(statesOf(slot)).toEqual([["Done"]]);
  });
});

describe("a store that is suspended while a job is open", minutes, () => {
  it("has the job followed, and nothing taken back, also when something newer is wanted", async () => {
    const slot = slotOf();
    await submitted("stopped", slot);
    await scene.world.apply(scene.store("yard", { suspend: true }));
    await scene.world.patch("stopped", { spec: { targets: [target(slot, { alias: "other" })] } });
    await eventually("the store", async () => {
      const { status } = await scene.world.deployment("stopped");
      return status?.observedGeneration === 2;
    });
    yard.begin(slot);
    await record("stopped", "that it runs", ({ reason }) => reason === "JobRunning");
    yard.end(slot);
    await record("stopped", "the suspension", phase("Suspended"));
    expect(statesOf(slot)).toEqual([["Done"]]);
    await scene.world.apply(scene.store("yard", { suspend: false }));
    await record("stopped", "the end", phase("Delivered"));
  });
});

describe("a certificate that is renewed while jobs of the one before are open", minutes, () => {
  it("ends in every store, by one job at a time in each", async () => {
    const slots = [slotOf(), slotOf(), slotOf()] as const;
    const targets = slots.map((slot, index) => ({ ...target(slot), name: `t${index}` }));
    await scene.world.apply(deployment("rotates", targets));
    for (const index of [0, 1, 2]) await record("rotates", "its job", ({ job }) => job !== undefined, index);
    const [waits, runs, fails] = slots;
    for (const slot of [runs, fails]) yard.begin(slot);
    for (const index of [1, 2]) {
      await record("rotates", "that it runs", ({ reason }) => reason === "JobRunning", index);
    }
    const leaf = await renewed();
    await jobs("the newer job where nobody had begun the older", waits, ["Withdrawn", "Waiting"]);
    expect(statesOf(runs, fails)).toEqual([["Running"], ["Running"]]);
    yard.end(runs);
    yard.end(fails, "Failed");
    await jobs("the newer job after the older has ended", runs, ["Done", "Waiting"]);
    await jobs("the newer job after the older has failed", fails, ["Failed", "Waiting"]);
    for (const slot of slots) yard.end(slot);
    for (const index of [0, 1, 2]) await record("rotates", "the end", phase("Delivered"), index);
    const wanted = leaf.certificate.toString("pem").trim() + "\n";
    expect(slots.map((slot) => yard.slots.get(slot) === wanted)).toEqual([true, true, true]);
    const { history = [] } = (await scene.world.deployment("rotates")).status ?? {};
    expect(history.filter(({ outcome }) => outcome === "JobFailed")).toEqual([]);
  });
});

describe("a rollout, one at a time", minutes, () => {
  function rolledOut(name: string, slots: readonly string[], stopOnFailure: boolean): Promise<void> {
    const targets = slots.map((slot, index) => ({ ...target(slot), name: `t${index}` }));
    return scene.world.apply(deployment(name, targets, { rollout: { maxParallel: 1, stopOnFailure } }));
  }

  it("does not wait for jobs", async () => {
    const [first, second] = [slotOf(), slotOf()];
    await rolledOut("flows", [first, second], false);
    await jobs("the first job", first, ["Waiting"]);
    await jobs("the second job", second, ["Waiting"]);
    expect(statesOf(first)).toEqual([["Waiting"]]);
  });

  it("waits for them under stopOnFailure, and ends with the first that fails", async () => {
    const [first, second, third] = [slotOf(), slotOf(), slotOf()];
    await rolledOut("stops", [first, second, third], true);
    await jobs("the first job", first, ["Waiting"]);
    await record("stops", "that it waits", ({ reason }) => reason === "WaitingForRollout", 1);
    yard.end(first);
    await jobs("the second job", second, ["Waiting"]);
    await record("stops", "that it waits", ({ reason }) => reason === "WaitingForRollout", 2);
    yard.end(second, "Failed");
    await record("stops", "the stop", ({ reason }) => reason === "RolloutStopped", 2);
    expect(statesOf(first, third)).toEqual([["Done"], []]);
  });
});

/** The last: they start the operator anew. */
describe("an operator that starts anew", minutes, () => {
  it("follows what the one before has submitted; with --suspend-writes it takes nothing back", async () => {
    const [ends, stays] = [slotOf(), slotOf()];
    await submitted("goes-on", ends);
    await submitted("waits", stays);
    await scene.world.stop();
    await scene.world.patch("waits", { spec: { targets: [target(stays, { alias: "other" })] } });
    yard.end(ends);
    await scene.start(["--suspend-writes"]);
    await record("goes-on", "the end of the job", ({ phase, job }) => phase !== "InProgress" && job === undefined);
    const { targets = [] } = await status("waits", "the run", ({ observedGeneration }) => observedGeneration === 2);
    expect(statesOf(ends, stays)).toEqual([["Done"], ["Waiting"]]);
    expect(targets[0]?.job?.ids).toEqual(yard.open(stays).map(({ id }) => id));
  });

  it("counts what was submitted as delivered when its job has ended, with the time since it was submitted", async () => {
    await scene.world.stop();
    await scene.start();
    const slot = slotOf();
    await submitted("counted", slot);
    const count = async (): Promise<number> => {
      const line = /certferry_deliveries_total\{[^}]*result="delivered"[^}]*\} (\d+)/;
      return Number(line.exec(await scene.world.metrics())?.[1] ?? 0);
    };
    const before = await count();
    yard.end(slot);
    await record("counted", "the end", phase("Delivered"));
    await eventually("the count", async () => (await count()) === before + 1);
  });
});

/** The last: it sets the operator's clock. */
describe("a job that nobody begins", minutes, () => {
  it("is told once after half an hour, and is followed still", async () => {
    const slot = slotOf();
    await submitted("alone", slot);
    scene.world.setClock(new Date(Date.now() + 31 * 60_000).toISOString());
    await record("alone", "that nobody has begun it", ({ reason }) => reason === "JobNotPickedUp");
    const [{ id } = { id: "" }] = yard.open(slot);
    expect(await told("JobNotPickedUp", "alone")).toEqual([`Target t: Job ${id} is Waiting.`]);
    const found = await status("alone", "its conditions", (found) => ready(found)[0] === "False JobNotPickedUp");
    expect(ready(found)).toEqual(["False JobNotPickedUp", "True JobNotPickedUp", "False NotStalled"]);
    yard.end(slot);
    await scene.world.request("alone", "look");
    await record("alone", "the end", phase("Delivered"));
  });
});
