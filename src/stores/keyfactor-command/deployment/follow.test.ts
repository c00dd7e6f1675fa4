import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import type { NewStore } from "../../../../test/servers/keyfactor/command.ts";
import { htmlUnauthorized, type ServerOptions } from "../../../../test/servers/keyfactor/index.ts";
import type { Outcome } from "../../../../test/servers/keyfactor/model/store.ts";
import { allPermissions } from "../../../../test/servers/keyfactor/permissions.ts";
import type { KeyfactorCommandTarget } from "../../../crds/index.ts";
import type { Followed, Remote } from "../../contract.ts";

const signal = AbortSignal.timeout(120_000);
const inventories = "POST /CertificateStores/Schedule";
const minute = 60_000;

/** A job of a store whose orchestrator ends it so. */
async function withJob(
  outcomes: readonly Outcome[],
  store: Partial<NewStore> = {},
  target: Partial<KeyfactorCommandTarget> = {},
  options: ServerOptions = {},
) {
  const scene = await DeploymentScene.start(options);
  const more = { type: "RFJKS", path: "/opt/app/store.jks", inventoryMinutes: 10, ...store };
  const certificateStore = scene.addStore({ ...more, orchestrator: { outcomes, ...store.orchestrator } });
  const certificate = await scene.imported();
  const { desired, held, thumbprint } = certificate;
  const place = scene.place({ held }, { storeId: certificateStore.id, alias: "web", ...target });
  const job = await scene.submit(place, desired);
  return { scene, store: certificateStore, certificate, place, job, desired, held, thumbprint };
}

/** As a role that may do all but read or change jobs. */
const withoutJobs = allPermissions.filter((one) => !one.startsWith("/agents/"));
const denied = { roles: [{ id: 1, name: "Administrator", permissions: withoutJobs }] };

describe("a job that ended badly", () => {
  it("has failed, in the orchestrator's words", async () => {
    const { scene, place, job, desired } = await withJob(["Failure"]);
    expect(await scene.follow(place, job, desired)).toEqual({
      outcome: "Failed",
      reason: "JobFailed",
      message:
        "The job for /opt/app/store.jks on app1 failed. The orchestrator said: The orchestrator could not reach the store.",
    });
  });

  it("is tried again by its orchestrator where that says so, and is the same job then", async () => {
    const { scene, place, job, desired } = await withJob(["WillRetry"], {
      inventoryMinutes: 1,
      orchestrator: { retryMs: 2 * minute },
    });
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open", reason: "JobWillRetry" });
    scene.pass(4 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Ended" });
  });

  it("with a warning has brought nothing unless the inventory shows it", async () => {
    const { scene, place, job, desired } = await withJob(["Warning"]);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open", reason: "AwaitingInventory" });
    scene.pass(11 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Failed",
      reason: "JobWarned",
      message: expect.stringContaining("The orchestrator said: The job ended with a warning."),
    });
  });

  it("with a warning has brought what the inventory shows", async () => {
    const { scene, place, job, desired } = await withJob(["WarningPlaced"]);
    scene.pass(11 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Ended", seen: { state: "Present" } });
  });

  it("well, and is not shown by an inventory that ran since", async () => {
    const { scene, store, place, job, desired } = await withJob([]);
    scene.pass(1_000);
    scene.server.command.settle();
    store.contents.clear();
    scene.pass(11 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Failed", reason: "VerifyFailed" });
  });
});

describe("what proves a job of a store without inventory schedule", () => {
  const silent = { inventoryMinutes: undefined };

  it("is its success, and then the record counts", async () => {
    const { scene, store, place, job, desired, held, thumbprint } = await withJob([], silent);
    const ended = await scene.follow(place, job, desired);
    const remote = { id: "web", version: `${thumbprint} by job history` };
    expect(ended).toMatchObject({ outcome: "Ended", seen: { state: "Present", remote, leaf: {}, differs: [] } });
    expect(scene.server.traffic.count(inventories)).toBe(0);
    const later = scene.place({ held }, { storeId: store.id, alias: "web" }, { before: remote });
    expect(await later.observe(desired, signal)).toEqual({
      state: "Absent",
      inconclusive: "the inventory of /opt/app/store.jks, which has not run since",
    });
  });

  it.each<[string, readonly Outcome[], Partial<KeyfactorCommandTarget>]>([
    ["a job that ended with a warning", ["WarningPlaced"], {}],
    ["verify: Inventory", [], { verify: "Inventory" }],
  ])("is an inventory that is asked for once, for %s", async (_, outcomes, target) => {
    const { scene, store, place, job, desired, thumbprint } = await withJob(outcomes, silent, target);
    store.orchestrator = { ...store.orchestrator, pickUpMs: minute };
    const asked = await scene.follow(place, job, desired);
    expect(asked).toMatchObject({ outcome: "Open", reason: "AwaitingInventory" });
    const next = asked.outcome === "Open" ? scene.opened(asked.job) : job;
    expect(await scene.follow(place, next, desired)).toMatchObject({ outcome: "Open" });
    scene.pass(2 * minute);
    expect(await scene.follow(place, next, desired)).toMatchObject({
      outcome: "Ended",
      seen: { remote: { version: thumbprint } },
    });
    expect(scene.server.traffic.count(inventories)).toBe(1);
  });
});

it("asks for no inventory where that would replace the store's own schedule", async () => {
  const { scene, store, place, job, desired } = await withJob(["Warning"], {}, { verify: "Inventory" });
  const schedule = store.inventorySchedule?.wire;
  await scene.follow(place, job, desired);
  expect(scene.server.traffic.count(inventories)).toBe(0);
  expect(store.inventorySchedule?.wire).toEqual(schedule);
});

it("takes a success for proof with verify: JobHistory, though the store has an inventory schedule", async () => {
  const { scene, place, job, desired, held, store, thumbprint } = await withJob([], {}, { verify: "JobHistory" });
  const remote = { id: "web", version: `${thumbprint} by job history` };
  expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Ended", seen: { remote } });
  const later = scene.place({ held }, { storeId: store.id, alias: "web", verify: "JobHistory" }, { before: remote });
  expect(await later.observe(desired, signal)).toMatchObject({ state: "Absent", inconclusive: expect.any(String) });
  scene.pass(11 * minute);
  const [fresh] = await freshlySeen(scene, held, store.id, remote, desired);
  expect(fresh).toMatchObject({ state: "Present", remote: { id: "web", version: thumbprint }, differs: [] });
});

describe("an account that may not read jobs", () => {
  it("has the inventory alone, and is told what to grant", async () => {
    const { scene, place, job, desired } = await withJob([], {}, {}, denied);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Open",
      reason: "JobHistoryDenied",
      message: expect.stringContaining(
        "grant a role of it the access rule /agents/management/read/ in Command; the inventory",
      ),
    });
    scene.pass(11 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Ended",
      seen: { state: "Present", differs: [], note: expect.stringContaining("/agents/management/read/") },
    });
  });

  it("is told that a store without inventory schedule shows nothing", async () => {
    const silent = { inventoryMinutes: undefined };
    const { scene, place, job, desired } = await withJob([], silent, {}, denied);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      reason: "JobHistoryDenied",
      message: expect.stringContaining("give /opt/app/store.jks an inventory schedule"),
    });
  });

  it("may be answered so with a 401, though its login is good: that is no refused login", async () => {
    const { scene, place, job, desired } = await withJob([]);
    for (const kind of ["JobHistory", "ScheduledJobs"]) {
      scene.server.inject(htmlUnauthorized, { kind: `GET /OrchestratorJobs/${kind}` });
    }
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open", reason: "JobHistoryDenied" });
  });

  it("takes no job back", async () => {
    const { place, job } = await withJob([], { orchestrator: { pickUpMs: "Never" } }, {}, denied);
    expect(await place.withdraw?.(job, signal)).toBe(false);
  });
});

describe("a job that is to be taken back", () => {
  it("is, while nobody has begun it", async () => {
    const { scene, store, place, job } = await withJob([], { orchestrator: { pickUpMs: minute } });
    expect(await place.withdraw?.(job, signal)).toBe(true);
    expect(await place.withdraw?.(job, signal)).toBe(true);
    scene.pass(5 * minute);
    scene.server.command.settle();
    expect(store.contents.size).toBe(0);
  });

  it("is not once it runs, or has ended", async () => {
    const { scene, place, job } = await withJob([], { orchestrator: { runMs: minute } });
    expect(await place.withdraw?.(job, signal)).toBe(false);
    scene.pass(2 * minute);
    expect(await place.withdraw?.(job, signal)).toBe(false);
  });
});

describe("a certificate in place of another", () => {
  it("is brought over the old one under its alias, and its job need not be proven when a newer one is wanted", async () => {
    const { scene, store, place, job, thumbprint } = await withJob([]);
    const renewed = await scene.imported();
    const next = scene.place(renewed, { storeId: store.id, alias: "web" });
    expect(await scene.follow(next, job, renewed.desired)).toMatchObject({ outcome: "Ended" });
    scene.pass(11 * minute);
    expect(thumbprint).not.toBe(renewed.thumbprint);
    expect(next.spots).toEqual(place.spots);
    const [seen] = await freshlySeen(
      scene,
      renewed.held,
      store.id,
      { id: "web", version: thumbprint },
      renewed.desired,
    );
    expect(seen).toMatchObject({
      state: "Present",
      remote: { id: "web", version: thumbprint },
      holders: { ours: true, foreign: false },
      leaf: { subject: "CN=web.example.com" },
      differs: [{ what: "certificate" }],
    });
    store.orchestrator = { ...store.orchestrator, pickUpMs: "Never" };
    await scene.submit(await scene.placeElsewhere(renewed, { storeId: store.id, alias: "web" }), renewed.desired);
    const work = scene.server.command.jobs.open().at(-1)?.work;
    expect(work).toMatchObject({ alias: "web", overwrite: true });
  });

  it.each<["Keep" | "Remove", string, Partial<NewStore>, (old: string) => unknown]>([
    ["Keep", "an inventory", { inventoryMinutes: 1 }, () => undefined],
    ["Remove", "an inventory", { inventoryMinutes: 1 }, keyOf],
    ["Keep", "the end of its job alone", {}, () => undefined],
    ["Remove", "the end of its job alone", {}, keyOf],
  ])(
    "has another entry in a store that names them, and with replaced: %s so much is told of the old one, by %s",
    async (replaced, _proof, options, told) => {
      const scene = await DeploymentScene.start();
      const store = scene.addStore({ type: "WinCert", ...options });
      const old = await scene.imported();
      const target = { storeId: store.id, replaced };
      const first = scene.place(old, target);
      const firstJob = await scene.submit(first, old.desired);
      scene.pass(2 * minute);
      const shown = await scene.follow(first, firstJob, old.desired);
      expect(shown).toMatchObject({ outcome: "Ended", seen: { remote: { id: old.thumbprint } } });

      const renewed = await scene.imported();
      const before = remoteIn(shown);
      const second = scene.place(renewed, target, { before });
      const secondJob = await scene.submit(second, renewed.desired);
      scene.pass(2 * minute);
      const ended = await scene.follow(second, secondJob, renewed.desired);
      expect(ended).toMatchObject({ outcome: "Ended", seen: { state: "Present", remote: { id: renewed.thumbprint } } });
      expect(replacedBy(ended)).toEqual(told(old.thumbprint));
    },
  );

  it("is somebody else's where our record knows nothing of it, and is told what it is", async () => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type: "RFJKS", inventoryMinutes: 1 });
    const foreign = await scene.imported("foreign.example.com");
    const certificate = scene.server.command.certificates.byThumbprint(foreign.thumbprint);
    scene.server.command.putIntoStore(store, "web", certificate?.x509.toString() ?? "");
    scene.pass(2 * minute);
    const { desired, held } = await scene.imported();
    const seen = await scene.place({ held }, { storeId: store.id, alias: "web" }).observe(desired, signal);
    expect(seen).toMatchObject({
      state: "Present",
      holders: { ours: false, others: [], foreign: true },
      leaf: { subject: "CN=foreign.example.com" },
      differs: [{ what: "certificate" }],
    });
  });
});

function keyOf(old: string): unknown {
  return expect.stringContaining(`"alias":"${old}","thumbprints":["${old}"]`);
}

function remoteIn(followed: Followed): Remote {
  if (followed.outcome === "Ended" && followed.seen.state === "Present") return followed.seen.remote;
  throw new Error(followed.outcome);
}

function replacedBy(followed: Followed): string | undefined {
  return followed.outcome === "Ended" && followed.seen.state === "Present" ? followed.seen.replaced : undefined;
}

/** What a place of another run sees, through a connection that has read nothing yet. */
async function freshlySeen(
  scene: DeploymentScene,
  held: { id: string; version?: string | undefined },
  storeId: string,
  before: { id: string; version: string },
  desired: Awaited<ReturnType<DeploymentScene["imported"]>>["desired"],
) {
  const place = await scene.placeElsewhere({ held }, { storeId, alias: "web" }, { before });
  return [await place.observe(desired, signal)];
}
