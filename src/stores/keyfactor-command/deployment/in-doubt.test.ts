import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import type { NewStore } from "../../../../test/servers/keyfactor/command.ts";
import { doneButLost, neverDone, type ServerOptions } from "../../../../test/servers/keyfactor/index.ts";
import { allPermissions } from "../../../../test/servers/keyfactor/permissions.ts";
import type { KeyfactorCommandTarget } from "../../../crds/index.ts";

const signal = AbortSignal.timeout(120_000);
const adds = "POST /CertificateStores/Certificates/Add";
const minute = 60_000;

/** A write whose answer never came, and a place that another process has made since. */
async function lost(
  fault: typeof doneButLost,
  {
    store = {},
    target = {},
    options = {},
  }: { store?: Partial<NewStore>; target?: Partial<KeyfactorCommandTarget>; options?: ServerOptions } = {},
) {
  const scene = await DeploymentScene.start(options);
  const more = { type: "RFJKS", path: "/opt/app/store.jks", inventoryMinutes: 60, ...store };
  const certificateStore = scene.addStore({ ...more, orchestrator: { pickUpMs: 5 * minute, ...store.orchestrator } });
  scene.pass(1_000);
  const { desired, held, thumbprint } = await scene.imported();
  const block = { storeId: certificateStore.id, alias: "web", ...target };
  const since = scene.now();
  scene.server.inject(fault("Close"), { kind: adds, times: 1 });
  await expect(scene.submit(scene.place({ held }, block), desired)).rejects.toMatchObject({ happened: "unknown" });
  scene.pass(90_000);
  const again = await scene.placeElsewhere({ held }, block);
  return { scene, store: certificateStore, again, desired, held, thumbprint, since };
}

/** As many runs of inventories at the path, begun now. */
function inventoriesSince(scene: DeploymentScene, count: number): void {
  const { history } = scene.server.command.jobs;
  for (let number = 1; number <= count; number += 1) {
    history.push({
      JobHistoryId: 10_000 + number,
      AgentMachine: "uo1",
      JobId: crypto.randomUUID(),
      Schedule: null,
      JobType: "Inventory",
      OperationStart: scene.now().toISOString(),
      OperationEnd: scene.now().toISOString(),
      Message: null,
      Result: 2,
      Status: 3,
      StorePath: "/opt/app/store.jks",
      ClientMachine: "app1",
    });
  }
}

const denied = {
  roles: [{ id: 1, name: "Administrator", permissions: allPermissions.filter((one) => !one.startsWith("/agents/")) }],
};

describe("an Add whose answer was lost", () => {
  it("has left a job that nobody has picked up: it is followed", async () => {
    const { scene, again, desired, since, thumbprint } = await lost(doneButLost);
    const [job] = scene.server.command.jobs.open().filter(({ work }) => work.kind === "Add");
    const seen = await again.observe(desired, signal, { since });
    expect(seen).toMatchObject({ job: { ids: [job?.id], state: `Waiting certificate=${thumbprint}` } });
  });

  it("has left a job that runs or has ended: it is followed", async () => {
    const { scene, again, desired, since } = await lost(doneButLost, { store: { orchestrator: { pickUpMs: 0 } } });
    expect(scene.server.command.jobs.history.filter(({ JobType }) => JobType === "Management")).toHaveLength(1);
    const seen = await again.observe(desired, signal, { since });
    expect(seen).toMatchObject({ state: "Absent", job: { ids: [expect.any(String)] } });
  });

  it("has left no job: it provably did not happen", async () => {
    const { again, desired, since } = await lost(neverDone);
    expect(await again.observe(desired, signal, { since })).toEqual({ state: "Absent", job: "None" });
  });

  it("has left no job in a store without inventory: that is proof enough", async () => {
    const { again, desired, since } = await lost(neverDone, { store: { inventoryMinutes: undefined } });
    expect(await again.observe(desired, signal, { since })).toMatchObject({ state: "Absent", job: "None" });
  });

  it("has left a job that more than a page of newer runs at the path hides: it is found all the same", async () => {
    const { scene, again, desired, since } = await lost(doneButLost, { store: { orchestrator: { pickUpMs: 0 } } });
    const [job] = scene.server.command.jobs.history.filter(({ JobType }) => JobType === "Management");
    inventoriesSince(scene, 250);
    const seen = await again.observe(desired, signal, { since });
    expect(seen).toMatchObject({ job: { ids: [job?.JobId.toLowerCase()] } });
  });

  it("cannot be told where the runs since then are more than are read", async () => {
    const { scene, again, desired, since } = await lost(neverDone);
    inventoriesSince(scene, 1_001);
    expect(await again.observe(desired, signal, { since })).toMatchObject({ inconclusive: expect.any(String) });
    expect(scene.server.traffic.count("GET /OrchestratorJobs/JobHistory")).toBe(10);
  });

  it("asks for no more of the history than reaches back to the request", async () => {
    const { scene, again, desired } = await lost(neverDone);
    inventoriesSince(scene, 250);
    scene.pass(10 * minute);
    expect(await again.observe(desired, signal, { since: scene.now() })).toMatchObject({ job: "None" });
    expect(scene.server.traffic.count("GET /OrchestratorJobs/JobHistory")).toBe(1);
  });

  it("cannot be told from another job that the store was given meanwhile", async () => {
    const { scene, again, desired, since, held, store } = await lost(doneButLost);
    await scene.submit(await scene.placeElsewhere({ held }, { storeId: store.id, alias: "other" }), desired);
    expect(await again.observe(desired, signal, { since })).toMatchObject({
      inconclusive: "the jobs of the certificate store, of which several could be this one",
    });
  });

  it("is told from the jobs that the same process has submitted for others", async () => {
    const { scene, desired, since, held, store } = await lost(doneButLost);
    await scene.submit(scene.place({ held }, { storeId: store.id, alias: "other" }), desired);
    const seen = await scene.place({ held }, { storeId: store.id, alias: "web" }).observe(desired, signal, { since });
    expect(seen).toMatchObject({ job: { ids: [expect.any(String)] } });
  });

  it("cannot be told by an account that may not read jobs, until the inventory shows it", async () => {
    const { scene, again, desired, since, held, store } = await lost(doneButLost, { options: denied });
    expect(await again.observe(desired, signal, { since })).toMatchObject({
      state: "Absent",
      inconclusive: "the inventory alone, since jobs may not be read",
    });
    scene.pass(70 * minute);
    const later = await scene.placeElsewhere({ held }, { storeId: store.id, alias: "web" });
    const seen = await later.observe(desired, signal, { since });
    expect(seen).toMatchObject({ state: "Present", holders: { ours: true }, differs: [] });
    expect(seen).not.toHaveProperty("inconclusive");
  });

  it("that would have changed what no inventory shows, and left no job, is written again", async () => {
    const { scene, desired, held, store, thumbprint } = await lost(doneButLost, { store: { inventoryMinutes: 1 } });
    scene.pass(10 * minute);
    const before = { id: "web", version: thumbprint };
    const block = { storeId: store.id, alias: "web", entryParameters: { Owner: "Web" } };
    const since = scene.now();
    scene.server.inject(neverDone("Close"), { kind: adds, times: 1 });
    await expect(scene.submit(scene.place({ held }, block, { before }), desired)).rejects.toMatchObject({
      happened: "unknown",
    });
    const again = await scene.placeElsewhere({ held }, block, { before });
    const seen = await again.observe(desired, signal, { since });
    expect(seen).toMatchObject({ state: "Present", differs: [], job: "None" });
  });
});
