import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { allPermissions, doneButLost, Hold } from "../servers/keyfactor/index.ts";
import { adds, CommandDeployments, patience, target } from "./command-deployments.ts";
import { World } from "./world.ts";

// An attempt without a receipt is left alone for the store's timeout and half a minute.
vi.setConfig({ testTimeout: 180_000 });

const roles = [
  { id: 1, name: "Administrator", permissions: allPermissions },
  { id: 2, name: "Without jobs", permissions: allPermissions.filter((one) => !one.startsWith("/agents/")) },
];
const users = [
  { name: "CORP\\certferry", password: "Passw0rd-of-Command!", roles: ["Administrator"] },
  { name: "CORP\\blind", password: "Passw0rd-of-Command!", roles: ["Without jobs"] },
];

let all: CommandDeployments;
beforeAll(async () => {
  all = await CommandDeployments.start("command-twice", { roles, users });
  await all.all.store("command", {}, { spec: { timeout: "2s" } });
  await all.imported("web");
});
afterAll(() => all.close());
afterEach(() => all.all.server.heal());

const certificateRef = { name: "web" };
const web = { alias: "web" };
const idle = { orchestrator: { pickUpMs: "Never" } } as const;

function added(): number {
  return all.all.server.traffic.count(adds);
}

it("an operator that dies while Adds are sent, held up before they are done and after, leaves one job each", async () => {
  const stores = { before: all.addStore(idle), after: all.addStore(idle) };
  const before = added();
  const holds = { before: new Hold("Before"), after: new Hold("After") };
  for (const when of ["before", "after"] as const) {
    all.all.server.inject(holds[when].fault, { kind: adds, times: 1 });
    await all.deploy(`dies-${when}`, [target("java", stores[when], web)], { certificateRef });
    await holds[when].reached;
  }
  await all.all.world.stop();
  for (const hold of Object.values(holds)) hold.release();
  for (const when of ["before", "after"] as const) {
    await eventually("the job to be made", () => all.waiting(stores[when]).length === 1, patience);
  }
  await all.all.world.start();
  for (const when of ["before", "after"] as const) {
    await all.reason(`dies-${when}`, "java", "JobSubmitted");
    stores[when].orchestrator = { ...stores[when].orchestrator, pickUpMs: 0 };
    await all.delivered(`dies-${when}`, "java");
    expect(all.runs(stores[when])).toBe(1);
  }
  expect(added() - before).toBe(2);
});

it("two operators that both believe to lead send one Add", async () => {
  const { world } = all.all;
  const other = await World.create(sharedControlPlane(), "command-twice-other");
  await other.start([`--watch-namespaces=${world.home}`, `--owner-id=${world.home}`]);
  try {
    const stores = Array.from({ length: 5 }, () => all.addStore());
    const before = added();
    for (const [index, store] of stores.entries()) {
      await all.deploy(`both-${index}`, [target("java", store, web)], { certificateRef });
    }
    for (const index of stores.keys()) await all.delivered(`both-${index}`, "java");
    expect(added() - before).toBe(5);
    expect(stores.map((store) => all.runs(store))).toEqual([1, 1, 1, 1, 1]);
  } finally {
    await other.stop();
  }
});

it("an account that may not read jobs is in doubt after a lost answer, until the inventory shows what came of it", async () => {
  await all.all.store(
    "blind",
    {},
    {
      spec: { timeout: "2s" },
      login: { username: "CORP\\blind", password: "Passw0rd-of-Command!" },
    },
  );
  await all.all.source("blind");
  await all.all.import("blind", {}, { storeRef: { name: "blind" } });
  await all.all.ready("blind", "Delivered", patience.withinMs);
  const store = all.addStore(idle);
  const before = added();
  all.all.server.inject(doneButLost("Close"), { kind: adds, times: 1 });
  await all.deploy("blind", [{ ...target("java", store, web), storeRef: { name: "blind" } }], {
    certificateRef: { name: "blind" },
  });
  const doubt = await all.reason("blind", "java", "InDoubt");
  expect(doubt.message).toContain("the inventory alone, since jobs may not be read");
  store.orchestrator = { ...store.orchestrator, pickUpMs: 0 };
  all.pass(180_000);
  await all.delivered("blind", "java");
  expect(added() - before).toBe(1);
});
