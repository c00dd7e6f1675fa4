import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { allPermissions, doneButLost } from "../servers/keyfactor/index.ts";
import { adds, CommandDeployments, patience, removals, target } from "./command-deployments.ts";
import { thumbprintOf } from "./command-world.ts";

// Jobs are asked about every few seconds.
vi.setConfig({ testTimeout: 120_000 });

let all: CommandDeployments;
beforeAll(async () => {
  const narrow = [
    "/certificates/import/",
    "/certificates/collections/read/3/",
    "/certificate_stores/read/",
    "/certificate_stores/schedule/",
    "/agents/management/read/",
  ];
  const roles = [
    { id: 1, name: "Administrator", permissions: allPermissions },
    { id: 2, name: "Narrow", permissions: narrow },
  ];
  const users = [
    { name: "CORP\\certferry", password: "Passw0rd-of-Command!", roles: ["Administrator"] },
    { name: "CORP\\narrow", password: "Passw0rd-of-Command!", roles: ["Narrow"] },
  ];
  all = await CommandDeployments.start("command-add", { roles, users });
});
afterAll(() => all.close());

describe("C.2 CertificateId", () => {
  it("what an import has brought into Command is added to a store, and proven by its inventory", async () => {
    const store = all.addStore({ orchestrator: { pickUpMs: 3_000, runMs: 3_000 } });
    const leaf = await all.imported("web");
    await all.deploy("web", [target("java", store, { alias: "web" })]);
    const record = await all.delivered("web", "java");
    const thumbprint = await thumbprintOf(leaf);
    expect(record.remote).toMatchObject({ id: "web", version: thumbprint });
    expect(store.contents.get("web")?.certificates[0]?.fingerprint.replaceAll(":", "")).toBe(thumbprint);
    expect(store.contents.get("web")?.hasPrivateKey).toBe(true);
    await all.all.world.reason("web", "Delivered");
  });

  it.each(["id", "thumbprint"] as const)("what Command holds already is added by its %s", async (by) => {
    const store = all.addStore();
    const name = `held-${by}`;
    const thumbprint = await thumbprintOf(await all.imported(name));
    const { id } = all.all.server.command.certificates.byThumbprint(thumbprint) ?? { id: 0 };
    const commandCertificate = by === "id" ? { id } : { thumbprint };
    await all.deploy(name, [target("java", store, { alias: "web" })], { commandCertificate });
    expect((await all.delivered(name, "java")).remote?.version).toBe(thumbprint);
  });
});

describe("C.2 IncludePrivateKey", () => {
  it("a target with privateKey: Exclude gets the certificate without the key that Command has", async () => {
    const store = all.addStore();
    await all.imported("keyless");
    await all.deploy("keyless", [target("java", store, { alias: "web" }, { privateKey: "Exclude" })]);
    await all.delivered("keyless", "java");
    expect(store.contents.get("web")?.hasPrivateKey).toBe(false);
  });
});

describe("what is taken away", () => {
  it("an entry goes when its target does, with deletionPolicy: Delete, by a job that is followed", async () => {
    const store = all.addStore();
    await all.imported("gone");
    const others = target("stays", all.addStore(), { alias: "web" });
    const more = { certificateRef: { name: "gone" }, deletionPolicy: "Delete" };
    await all.deploy("gone", [target("goes", store, { alias: "web" }), others], more);
    await all.delivered("gone", "goes");
    await all.delivered("gone", "stays");
    await all.deploy("gone", [others], more);
    await eventually("the entry to go", () => (all.pass(5_000), store.contents.size === 0), patience);
    await eventually(
      "it to be forgotten",
      async () => (all.pass(5_000), ((await all.all.world.deployment("gone")).status?.previous ?? []).length === 0),
      patience,
    );
  });

  it("all entries go with their deployment, which waits for their jobs", async () => {
    const store = all.addStore();
    await all.imported("ends");
    await all.deploy("ends", [target("java", store, { alias: "web" })], {
      certificateRef: { name: "ends" },
      deletionPolicy: "Delete",
    });
    await all.delivered("ends", "java");
    const before = all.all.server.traffic.count(removals);
    await all.all.world.delete("storedeployment", "ends");
    const gone = async (): Promise<boolean> => (all.pass(5_000), all.all.world.isGone("storedeployment", "ends"));
    await eventually("the deployment to go", gone, patience);
    expect(store.contents.size).toBe(0);
    expect(all.all.server.traffic.count(removals) - before).toBe(1);
  });
});

describe("C.2 Schedule", () => {
  it("submit: Early hands a runAt to come to Command, and takes the job back when that changes, the deployment is suspended or goes", async () => {
    const store = all.addStore();
    await all.imported("early");
    const runAt = new Date(Date.now() + 86_400_000 * 30).toISOString();
    const spec = { certificateRef: { name: "early" }, schedule: { runAt } };
    await all.deploy("early", [target("java", store, { alias: "web", submit: "Early" })], spec);
    const waits = (count: number) => () => all.waiting(store).length === count;
    await eventually("the job to wait in Command", waits(1), patience);
    expect(all.schedules(store)).toEqual([{ ExactlyOnce: { Time: runAt } }]);
    const later = new Date(Date.parse(runAt) + 60_000).toISOString();
    await all.all.world.patch("early", { spec: { schedule: { runAt: later } } });
    const isLater = () => JSON.stringify(all.schedules(store)) === JSON.stringify([{ ExactlyOnce: { Time: later } }]);
    await eventually("the job to wait for the other time", isLater, patience);
    await all.all.world.patch("early", { spec: { suspend: true } });
    await eventually("the job to be taken back", waits(0), patience);
    await all.all.world.patch("early", { spec: { suspend: false } });
    await eventually("a job to wait again", waits(1), patience);
    await all.all.world.delete("storedeployment", "early");
    await eventually("the job to be taken back", waits(0), patience);
    expect(store.contents.size).toBe(0);
  });
});

describe("C.2 CollectionId", () => {
  it("permissions of one collection are enough where the target or the store names it", async () => {
    const store = all.addStore();
    const narrow = { login: { username: "CORP\\narrow", password: "Passw0rd-of-Command!" } };
    await all.all.store("narrow", { collectionId: 3 }, narrow);
    await all.all.source("narrow");
    await all.all.import("narrow", {}, { storeRef: { name: "narrow" } });
    await all.all.ready("narrow", "Delivered", patience.withinMs);
    await all.deploy("narrow", [{ ...target("java", store, { alias: "web" }), storeRef: { name: "narrow" } }]);
    await all.delivered("narrow", "java");
    const other = target("java", all.addStore(), { alias: "web", collectionId: 4 });
    await all.deploy("narrower", [{ ...other, storeRef: { name: "narrow" } }], { certificateRef: { name: "narrow" } });
    const denied = await all.reason("narrower", "java", "AccessDenied");
    expect(denied.message).toContain("/certificates/collections/read/");
  });
});

describe("replaced: Remove", () => {
  it("has the old entry removed once the new one is there, where a store names its entries", async () => {
    const store = all.addStore({ type: "WinCert" });
    const old = await thumbprintOf(await all.imported("replaced"));
    await all.deploy("replaced", [target("windows", store, { replaced: "Remove" })]);
    await all.delivered("replaced", "windows", old);
    const renewed = await thumbprintOf(await all.all.source("replaced", "replaced.example.com"));
    await all.delivered("replaced", "windows", renewed);
    const left = () => (all.pass(5_000), [...store.contents.keys()].join() === renewed);
    await eventually("the old entry to go", left, patience);
  });
});

describe("never twice", () => {
  it("an Add whose answer is lost after it was done is found by its job, and none is sent again", async () => {
    await all.all.store("quick", {}, { spec: { timeout: "1s" } });
    const store = all.addStore();
    await all.all.source("lost");
    await all.all.import("lost", {}, { storeRef: { name: "quick" } });
    await all.all.ready("lost", "Delivered", patience.withinMs);
    const fault = all.all.server.inject(doneButLost("Close"), { kind: adds, times: 1 });
    const before = all.all.server.traffic.count(adds);
    await all.deploy("lost", [{ ...target("java", store, { alias: "web" }), storeRef: { name: "quick" } }]);
    await eventually("the answer to be lost", () => fault.hits === 1, patience);
    await all.delivered("lost", "java");
    expect(all.all.server.traffic.count(adds) - before).toBe(1);
    expect(all.runs(store)).toBe(1);
  });
});

describe("a certificate that is renewed while a job of the old one waits", () => {
  it("takes the job back, and the new one comes into every store", async () => {
    const idle = { orchestrator: { pickUpMs: "Never" } } as const;
    const [slow, fast] = [all.addStore(idle), all.addStore()];
    const old = await thumbprintOf(await all.imported("rotated"));
    await all.deploy("rotated", [target("slow", slow, { alias: "web" }), target("fast", fast, { alias: "web" })]);
    await all.delivered("rotated", "fast", old);
    await eventually("a job to wait", () => all.waiting(slow).length === 1, patience);

    const renewed = await thumbprintOf(await all.all.source("rotated", "rotated.example.com"));
    await eventually(
      "the old job to be taken back for a new one",
      () => {
        const id = all.all.server.command.certificates.byThumbprint(renewed)?.id;
        const works = all.waiting(slow);
        return works.length === 1 && works[0]?.kind === "Add" && works[0].certificateId === id;
      },
      patience,
    );
    slow.orchestrator = { ...slow.orchestrator, pickUpMs: 0 };
    for (const name of ["slow", "fast"]) expect((await all.delivered("rotated", name, renewed)).remote?.id).toBe("web");
    expect(all.runs(slow)).toBe(1);
    expect(all.runs(fast)).toBe(2);
  });
});
