import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import type { Issued } from "../fixtures/pki.ts";
import { ready, YardScene } from "../yard/scene.ts";
import type { World } from "./world.ts";

/** A job is asked about every two seconds at first, on a busy machine later. */
const minutes = { timeout: 180_000 };

const scene = new YardScene();
const { yard, ours, importSpec, renewed, slotOf, target, deployment, status, submitted, delivered, gone, told } = scene;
let world: World;
let leaf: Issued;

beforeAll(async () => {
  await scene.create("jobs");
  ({ world } = scene);
  leaf = await renewed();
  await scene.start();
  await scene.import();
});
afterAll(() => world.stop());

describe("what a provider tells of an import", minutes, () => {
  it("stands in its block of the status, and outlasts runs that tell only a part of it", async () => {
    const { status } = await world.import("web");
    expect(status?.keyfactorCommand).toEqual({ certificateId: 41, importStatus: 1 });
    const request = "certferry.io/reconcile-requested-at=now";
    await world.plane.kubectl(["annotate", "certificateimport", "web", "-n", world.home, request]);
    await eventually("the request", async () => (await world.import("web")).status?.lastHandledReconcileAt === "now");
    expect((await world.import("web")).status?.keyfactorCommand).toEqual({ certificateId: 41, importStatus: 1 });
  });
});

describe("a deployment of what an import has brought", minutes, () => {
  it("is followed from its job to its end, each of which is told once", async () => {
    const slot = slotOf();
    await submitted("follows", slot);
    const waiting = await status("follows", "the job in words", ({ summary }) => summary?.includes("job") === true);
    expect(waiting.summary).toBe("0/1 delivered, 1 job is being followed");
    expect(ready(waiting)).toEqual(["False JobSubmitted", "True JobSubmitted", "False NotStalled"]);
    yard.begin(slot);
    await status("follows", "that it runs", ({ targets }) => targets?.[0]?.reason === "JobRunning");
    yard.end(slot);
    const ended = await status("follows", "Ready", (found) => ready(found)[0] === "True Delivered");
    expect([ended.summary, ended.targets?.[0]?.job]).toEqual(["1/1 delivered", undefined]);
    const [{ id } = { id: "" }] = yard.jobs.filter((job) => job.slot === slot);
    expect(await told("JobSubmitted", "follows")).toEqual([
      `Target t: The store has accepted the certificate for yard/${slot}, and brings it there as job ${id}.`,
    ]);
    expect(ended.history?.map(({ outcome }) => outcome)).toEqual(["JobSubmitted", "Delivered"]);
    expect(yard.slots.get(slot)).toBe(leaf.certificate.toString("pem").trim() + "\n");
  });

  it("waits until the import holds this very certificate, and goes on by itself", async () => {
    const slot = slotOf();
    const suspend = (value: boolean): Promise<void> =>
      world.apply(ours("CertificateImport", "web", importSpec({ suspend: value })));
    await suspend(true);
    await eventually("the suspension", async () => (await world.import("web")).status?.delivery?.phase === "Suspended");
    leaf = await renewed();
    await world.apply(deployment("behind", [target(slot)]));
    await world.reason("behind", "ImportNotDelivered");
    expect(yard.open(slot)).toEqual([]);
    await suspend(false);
    await status("behind", "a job", ({ targets }) => targets?.[0]?.job !== undefined);
    expect(yard.open(slot)[0]?.certificate).toBe(leaf.certificate.toString("pem").trim() + "\n");
  });

  it("is refused by another store than the import's", async () => {
    await world.apply(deployment("mismatch", [target(slotOf(), {}, { storeRef: { name: "elsewhere" } })]));
    const { status: found } = await world.reason("mismatch", "StoreMismatch");
    expect(found?.targets?.[0]?.phase).toBe("Blocked");
  });

  it("is not held back here where the store keeps its time", async () => {
    const [early, late] = [slotOf(), slotOf()];
    const schedule = { schedule: { runAt: "2099-01-01T00:00:00Z" } };
    await submitted("early", early, { ...schedule, targets: [target(early, { submit: "Early" })] });
    await world.apply(deployment("late", [target(late)], schedule));
    await world.reason("late", "WaitingForRunAt");
    expect([yard.open(early).length, yard.open(late).length]).toEqual([1, 0]);
  });
});

describe("a deployment of what the store holds", minutes, () => {
  it("is looked at in the store of each target, and each stands alone", async () => {
    const slot = slotOf();
    const spec = {
      commandCertificate: { id: 41 },
      targets: [target(slot), { ...target(slot, {}, { storeRef: { name: "elsewhere" } }), name: "u" }],
    };
    await world.apply(ours("StoreDeployment", "held", spec));
    const found = await status("held", "a job", ({ targets }) => targets?.[0]?.job !== undefined);
    expect(found.certificate).toMatchObject({ subject: "CN=jobs.example.com", hasPrivateKey: false });
    await status("held", "the other", ({ targets }) => targets?.[1]?.reason === "CertificateMissing");
    expect(yard.open(slot)[0]?.certificate).toBe(yard.certificates.get("41"));
    yard.end(slot);
    await status("held", "the first", ({ targets }) => targets?.[0]?.phase === "Delivered");
  });
});

describe("a target that goes", minutes, () => {
  it("is kept by its object until the store has removed what it wrote", async () => {
    const slot = slotOf();
    await delivered("removes", slot, { deletionPolicy: "Delete" });
    await world.delete("storedeployment", "removes");
    const going = await status("removes", "the job", ({ conditions = [] }) =>
      conditions.some(({ reason }) => reason === "RemovalSubmitted"),
    );
    expect(ready(going)).toEqual(["False RemovalSubmitted", "True RemovalSubmitted", "False NotStalled"]);
    const id = yard.open(slot)[0]?.id;
    expect(going.targets?.[0]).toMatchObject({ phase: "InProgress", job: { ids: [id] } });
    yard.end(slot);
    await gone("removes");
    expect(yard.slots.has(slot)).toBe(false);
    expect(await told("RemovalSubmitted", "removes")).toEqual([
      `yard/${slot}: the store has accepted it as job ${id}, which is followed.`,
    ]);
    expect(await told("Removed", "removes")).toEqual([`Removed from yard/${slot}.`]);
  });

  it("has a removal that failed in the store tried again, and is stalled meanwhile", async () => {
    const slot = slotOf();
    await delivered("refails", slot, { deletionPolicy: "Delete" });
    await world.delete("storedeployment", "refails");
    await eventually("the removal", () => Promise.resolve(yard.open(slot).length === 1), { withinMs: 60_000 });
    await status("refails", "the job on record", ({ targets }) => targets?.[0]?.job !== undefined);
    yard.end(slot, "Failed");
    await status("refails", "its failure", (found) => ready(found)[2] === "True JobFailed");
    await eventually("another job", () => Promise.resolve(yard.open(slot).length === 1), { withinMs: 60_000 });
    yard.end(slot);
    await gone("refails");
  });

  it("first has the job that runs come to its end, and takes back one that nobody has begun", async () => {
    const [running, waiting] = [slotOf(), slotOf()];
    const deletes = { deletionPolicy: "Delete" };
    await submitted("runs", running, deletes);
    await submitted("waits", waiting, deletes);
    yard.begin(running);
    await world.delete("storedeployment", "runs");
    await world.delete("storedeployment", "waits");
    await gone("waits");
    expect(yard.jobs.filter(({ slot }) => slot === waiting).map(({ state }) => state)).toEqual(["Withdrawn"]);
    await status("runs", "that it waits", ({ targets }) => targets?.[0]?.reason === "AwaitingJob");
    yard.end(running);
    await eventually("the removal", () => Promise.resolve(yard.open(running)[0]?.what === "Remove"), {
      withinMs: 60_000,
    });
    yard.end(running);
    await gone("runs");
    expect(yard.slots.has(running)).toBe(false);
  });

  it("has its job taken back under Retain, too, and what lies there left alone", async () => {
    const slot = slotOf();
    await submitted("retains", slot);
    await eventually("the finalizer", async () => {
      return (await world.deployment("retains")).metadata.finalizers?.includes("certferry.io/removal") === true;
    });
    yard.slots.set(slot, "what lay there");
    await world.delete("storedeployment", "retains");
    await gone("retains");
    const [job] = yard.jobs.filter((one) => one.slot === slot);
    expect([job?.state, yard.slots.get(slot)]).toEqual(["Withdrawn", "what lay there"]);
    expect(await told("JobWithdrawn", "retains")).toEqual([`yard/${slot}: job ${job?.id} was taken back.`]);
  });

  it("does not keep its object when there is no job any more", async () => {
    const slot = slotOf();
    await delivered("free", slot);
    await eventually("the finalizer to go", async () => {
      return (await world.deployment("free")).metadata.finalizers === undefined;
    });
  });

  it("lets an abandoned object go, and tells which job goes on", async () => {
    const slot = slotOf();
    await delivered("abandoned", slot, { deletionPolicy: "Delete" });
    await world.delete("storedeployment", "abandoned");
    await status("abandoned", "the job", ({ targets }) => targets?.[0]?.reason === "RemovalSubmitted");
    const annotation = "certferry.io/abandon=true";
    await world.plane.kubectl(["annotate", "storedeployment", "abandoned", "-n", world.home, annotation]);
    await gone("abandoned");
    expect(await told("LeftBehind", "abandoned")).toEqual([
      `yard/${slot} stays: the annotation certferry.io/abandon is true. In the store job ${yard.open(slot)[0]?.id} goes on.`,
    ]);
  });
});

describe("a place that a target has left", minutes, () => {
  it("is removed by a job that its object follows", async () => {
    const [old, next] = [slotOf(), slotOf()];
    await delivered("moves", old, { deletionPolicy: "Delete" });
    await submitted("moves", next, { deletionPolicy: "Delete" });
    expect(yard.open(old)).toEqual([]);
    yard.end(next);
    const moved = await status("moves", "the removal", ({ previous }) => previous?.[0]?.job !== undefined);
    expect(moved.previous?.[0]).toMatchObject({
      place: { address: `yard/${old}` },
      job: { ids: [yard.open(old)[0]?.id] },
      reason: "RemovalSubmitted",
    });
    yard.end(old);
    await status("moves", "its end", ({ previous }) => previous === undefined);
    expect([yard.slots.has(old), yard.slots.has(next)]).toEqual([false, true]);
  });

  it("and goes back to is delivered again after the removal has ended", async () => {
    const [old, next] = [slotOf(), slotOf()];
    await delivered("returns", old, { deletionPolicy: "Delete" });
    await submitted("returns", next, { deletionPolicy: "Delete" });
    yard.end(next);
    await status("returns", "the removal", ({ previous }) => previous?.[0]?.job !== undefined);
    await world.apply(deployment("returns", [target(old)], { deletionPolicy: "Delete" }));
    await status("returns", "that it waits", ({ targets }) => targets?.[0]?.reason === "RemovalUnderWay");
    expect(yard.open(old).map(({ what }) => what)).toEqual(["Remove"]);
    yard.end(old);
    await eventually("the delivery", () => Promise.resolve(yard.open(old)[0]?.what === "Add"), { withinMs: 60_000 });
    yard.end(old);
    await status("returns", "Ready", (found) => ready(found)[0] === "True Delivered");
    expect(yard.slots.has(old)).toBe(true);
  });

  it("leaves the job that is on its way there to a target that is only named otherwise", async () => {
    const slot = slotOf();
    const deletes = { deletionPolicy: "Delete" };
    await submitted("renames", slot, deletes);
    yard.begin(slot);
    await world.apply(deployment("renames", [{ ...target(slot), name: "u" }], deletes));
    const taken = await status("renames", "the job of the other", ({ targets }) => targets?.[0]?.job !== undefined);
    expect(taken.targets?.map(({ name, job }) => [name, job?.ids])).toEqual([["u", [yard.open(slot)[0]?.id]]]);
    yard.end(slot);
    const ended = await status("renames", "Ready", (found) => ready(found)[0] === "True Delivered");
    await status("renames", "that nothing is left", ({ previous }) => previous === undefined);
    expect([ended.targets?.[0]?.name, yard.slots.has(slot), yard.open(slot)]).toEqual(["u", true, []]);
  });

  it("under another name, which the provider tells, is removed beside the place that stays, whatever the policy", async () => {
    const [slot, alias] = [slotOf(), slotOf()];
    yard.slots.set(alias, "the entry before");
    yard.aliases.set(slot, alias);
    await delivered("replaces", slot);
    const found = await status("replaces", "the removal", ({ previous }) => previous?.[0]?.job !== undefined);
    expect(found.previous).toMatchObject([
      { target: "t", place: { address: `yard/${slot}`, key: alias }, replaced: true },
    ]);
    yard.end(alias);
    await status("replaces", "its end", ({ previous }) => previous === undefined);
    expect([yard.slots.has(alias), yard.slots.has(slot)]).toEqual([false, true]);
  });
});

/** The last: it sets the operator's clock. */
describe("a removal that the store does not end", minutes, () => {
  it("is followed for ten minutes, after which a Warning names the job", async () => {
    const slot = slotOf();
    await delivered("endless", slot, { deletionPolicy: "Delete" });
    await world.delete("storedeployment", "endless");
    await status("endless", "the job", ({ targets }) => targets?.[0]?.reason === "RemovalSubmitted");
    world.setClock(new Date(Date.now() + 601_000).toISOString());
    await gone("endless");
    expect(await told("LeftBehind", "endless")).toEqual([
      `yard/${slot}: job ${yard.open(slot)[0]?.id} was to remove it and has not ended within 10 minutes; it is followed no longer. Look after it in the store.`,
    ]);
  });
});
