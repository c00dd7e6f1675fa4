import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import type { NewStore } from "../../../../test/servers/keyfactor/command.ts";
import type { ServerOptions } from "../../../../test/servers/keyfactor/index.ts";
import { allPermissions } from "../../../../test/servers/keyfactor/permissions.ts";
import type { KeyfactorCommandTarget } from "../../../crds/index.ts";
import type { OpenJob, RemovalContext, RemoveResult } from "../../contract.ts";

const signal = AbortSignal.timeout(120_000);
const removals = "POST /CertificateStores/Certificates/Remove";
const minute = 60_000;

/** A certificate that was brought to a store, and is shown by its inventory. */
async function delivered(
  target: Partial<KeyfactorCommandTarget> = {},
  store: Partial<NewStore> = {},
  options: ServerOptions = {},
) {
  const scene = await DeploymentScene.start(options);
  const certificateStore = scene.addStore({ type: "RFJKS", inventoryMinutes: 1, ...store });
  const { desired, held, thumbprint } = await scene.imported();
  const block = { storeId: certificateStore.id, ...target };
  const secret = (): Buffer => Buffer.from("10.0.0.1");
  const place = scene.place({ held }, block, { secret });
  await scene.submit(place, desired);
  scene.pass(3 * minute);
  scene.server.command.settle();
  const remove = (more: Partial<RemovalContext> = {}): Promise<RemoveResult> => {
    const readSecret = (): Promise<Map<string, Buffer>> => Promise.resolve(new Map([["ip", secret()]]));
    return scene.store.remove(place.key, desired.mark, { readSecret, ...more }, signal);
  };
  const jobIn = (result: RemoveResult): OpenJob => scene.opened(result.job ?? { ids: [], state: "none" });
  return { scene, store: certificateStore, place, desired, held, thumbprint, remove, jobIn };
}

describe("an entry that is removed", () => {
  it("goes by its alias, in a job that is followed", async () => {
    const { scene, store, remove, jobIn } = await delivered({ alias: "web" });
    const asked = await remove();
    expect(asked.job?.state).toMatch(/^Removing certificate=[0-9A-F]{40}$/);
    expect(await remove({ job: jobIn(asked) })).toEqual({});
    scene.server.command.settle();
    expect(store.contents.size).toBe(0);
    expect(scene.server.traffic.count(removals)).toBe(1);
  });

  it("is asked for again later while its job is on its way", async () => {
    const { store, remove, jobIn } = await delivered({ alias: "web" });
    store.orchestrator = { ...store.orchestrator, pickUpMs: "Never" };
    const job = jobIn(await remove());
    expect(await remove({ job })).toEqual({ job });
  });

  it("goes by the name that the inventory has for it, with the entry parameters that the store type asks for", async () => {
    const parameters = {
      entryParameters: { SiteName: "web" },
      secretEntryParameters: { IPAddress: { name: "s", key: "ip" } },
    };
    const { scene, store, thumbprint, remove, jobIn } = await delivered(parameters, { type: "IISU" });
    expect(store.contents.has(thumbprint)).toBe(true);
    expect(await remove({ job: jobIn(await remove()) })).toEqual({});
    scene.server.command.settle();
    expect(store.contents.size).toBe(0);
  });

  it("may be gone already", async () => {
    const { scene, store, remove, jobIn } = await delivered({ alias: "web" });
    store.contents.clear();
    scene.pass(3 * minute);
    expect(await remove({ job: jobIn(await remove()) })).toEqual({});
  });

  it("may be in a store that Command knows no more", async () => {
    const scene = await DeploymentScene.start();
    const { desired, held } = await scene.imported();
    const gone = { storeId: "fde12aa7-6643-43db-88e8-5c91c5ce78b3", alias: "web" };
    const readSecret = (): Promise<Map<string, Buffer>> => Promise.resolve(new Map());
    const { key } = scene.place({ held }, gone);
    expect(await scene.store.remove(key, desired.mark, { readSecret }, signal)).toEqual({});
    const job = { ids: ["7b0c1d0e-93a4-4a6d-9f2a-9a3b7d1f0c55"], state: "Waiting", submittedAt: scene.now() };
    expect(await scene.store.withdraw?.(key, job, signal)).toBe(true);
  });

  it("stays where another certificate has taken its place, and is named", async () => {
    const { scene, store, remove } = await delivered({ alias: "web" });
    const foreign = await scene.imported("foreign.example.com");
    const certificate = scene.server.command.certificates.byThumbprint(foreign.thumbprint);
    scene.server.command.putIntoStore(store, "web", certificate?.x509.toString() ?? "");
    scene.pass(3 * minute);
    expect(await remove()).toEqual({
      left: expect.stringMatching(/^web in .* since another certificate lies there by now$/),
    });
    expect(scene.server.traffic.count(removals)).toBe(0);
  });

  it("stays where another resource of ours has it as well", async () => {
    const { scene, store, held, remove } = await delivered({ alias: "web" });
    const other = scene.place({ held }, { storeId: store.id, alias: "web" });
    expect(await remove({ others: [other.key] })).toEqual({});
    expect(scene.server.traffic.count(removals)).toBe(0);
  });

  it("is told when its job fails", async () => {
    const { store, remove, jobIn } = await delivered({ alias: "web" });
    store.orchestrator = { ...store.orchestrator, outcomes: ["Failure"] };
    expect(await remove({ job: jobIn(await remove()) })).toEqual({
      failed: { reason: "JobFailed", message: expect.stringContaining("The orchestrator could not reach the store.") },
    });
  });

  it("may still be there where its job fails and no inventory tells, which is told", async () => {
    const none = { inventoryMinutes: undefined };
    const { store, remove, jobIn } = await delivered({ alias: "web" }, none);
    store.orchestrator = { ...store.orchestrator, outcomes: ["Failure"] };
    expect(await remove({ job: jobIn(await remove()) })).toEqual({
      left: expect.stringMatching(
        /^perhaps an entry in .*: its removal failed: The orchestrator could not reach the store\.$/,
      ),
    });
  });

  it("may still be there after a warning, which is told", async () => {
    const { store, remove, jobIn } = await delivered({ alias: "web" });
    store.orchestrator = { ...store.orchestrator, outcomes: ["Warning"] };
    expect(await remove({ job: jobIn(await remove()) })).toMatchObject({
      left: expect.stringContaining("ended with a warning"),
    });
  });
});

describe("a delivery whose job is still open", () => {
  it("is taken back first, where nobody has begun it", async () => {
    const { scene, store, place, desired, remove } = await delivered({ alias: "web" });
    store.orchestrator = { ...store.orchestrator, pickUpMs: 10 * minute };
    const job = await scene.submit(place, desired);
    const asked = await remove({ job });
    expect(asked.job?.state).toMatch(/^Removing /);
    scene.pass(30 * minute);
    scene.server.command.settle();
    expect(store.contents.size).toBe(0);
  });

  it("ends first where somebody is at it", async () => {
    const { scene, store, place, desired, remove } = await delivered({ alias: "web" });
    store.orchestrator = { ...store.orchestrator, runMs: minute };
    const job = await scene.submit(place, desired);
    expect(await remove({ job })).toEqual({ job });
    scene.pass(2 * minute);
    expect((await remove({ job })).job?.state).toMatch(/^Removing /);
  });

  it("ends first where it is run again, and the account may not take it back", async () => {
    const permissions = allPermissions.filter((rule) => rule !== "/agents/management/modify/");
    const roles = [{ id: 1, name: "Administrator", permissions }];
    const { scene, store, place, desired, remove } = await delivered({ alias: "web" }, {}, { roles });
    store.orchestrator = { ...store.orchestrator, outcomes: ["WillRetry"], retryMs: 10 * minute };
    const job = await scene.submit(place, desired);
    scene.pass(minute);
    expect(await remove({ job })).toEqual({ job });
    expect(scene.server.traffic.count(removals)).toBe(0);
    scene.pass(11 * minute);
    expect((await remove({ job })).job?.state).toMatch(/^Removing /);
  });
});

it("removes nothing through a store that leads to another installation by now", async () => {
  const { place, desired } = await delivered({ alias: "web" });
  const other = await DeploymentScene.start();
  const readSecret = (): Promise<Map<string, Buffer>> => Promise.resolve(new Map());
  await expect(other.store.remove(place.key, desired.mark, { readSecret }, signal)).rejects.toMatchObject({
    reason: "StoreLeadsElsewhere",
  });
});
