import { expect, it } from "vitest";
import type { Orchestrator } from "./index.ts";
import { Scene } from "./testing/scene.ts";

const minute = 60_000;

/** A job that brings a certificate to the store `/opt/app/store.jks`. */
async function withJob(orchestrator: Partial<Orchestrator>, type = "RFJKS") {
  const scene = await Scene.start();
  const store = scene.server.command.addStore({
    type,
    clientMachine: "app1",
    path: "/opt/app/store.jks",
    agent: "uo1",
    orchestrator: { pickUpMs: minute, runMs: minute, retryMs: 5 * minute, ...orchestrator },
  });
  const certificateId = await scene.imported();
  const jobId = await scene.added(certificateId, { CertificateStoreId: store.id, Alias: "web" });
  return { scene, store, certificateId, jobId };
}

it("has no history of a job that was not picked up, then a row that runs, then the same that is done (D6)", async () => {
  const { scene, store, jobId } = await withJob({});

  expect(await scene.history(jobId)).toEqual([]);
  scene.pass(minute);
  expect(await scene.history(jobId)).toEqual([
    {
      JobHistoryId: 901,
      AgentMachine: "uo1",
      JobId: jobId,
      Schedule: null,
      JobType: "Management",
      OperationStart: "2026-11-22T03:01:00.000Z",
      OperationEnd: null,
      Message: null,
      Result: 0,
      Status: 2,
      StorePath: "/opt/app/store.jks",
      ClientMachine: "app1",
    },
  ]);
  expect(store.contents.has("web")).toBe(false);
  scene.pass(minute);
  expect(await scene.history(jobId)).toMatchObject([
    { JobHistoryId: 901, OperationEnd: "2026-11-22T03:02:00.000Z", Result: 2, Status: 3, Message: null },
  ]);
  expect(store.contents.has("web")).toBe(true);
});

it.each([
  ["RFJKS", 4],
  ["AKV", 3],
])(
  "ends a job in a store of type %s with result %i when the alias is taken without overwrite (D6)",
  async (type, Result) => {
    const { scene, store, certificateId } = await withJob({ pickUpMs: 0, runMs: 0 }, type);
    const again = await scene.added(certificateId, { CertificateStoreId: store.id, Alias: "web" });

    const Message = "Alias web already exists in store /opt/app/store.jks and overwrite is set to False.";
    expect(await scene.history(again)).toMatchObject([{ Result, Status: 3, Message }]);
  },
);

it("runs a job again that will be retried, in another row of the same job (D6)", async () => {
  const { scene, store, jobId } = await withJob({ outcomes: ["WillRetry"] });

  scene.pass(2 * minute);
  expect(await scene.history(jobId)).toMatchObject([{ JobHistoryId: 901, Result: 4, Status: 5 }]);
  expect(store.contents.size).toBe(0);
  scene.pass(7 * minute);
  expect(await scene.history(jobId)).toMatchObject([
    { JobHistoryId: 902, Result: 2, Status: 3 },
    { JobHistoryId: 901, Result: 4, Status: 5 },
  ]);
  expect(store.contents.size).toBe(1);
});

it.each([
  ["Failure", 4, false],
  ["Warning", 3, false],
  ["WarningPlaced", 3, true],
] as const)("ends a job with %s when told so", async (outcome, Result, placed) => {
  const { scene, store, jobId } = await withJob({ outcomes: [outcome] });

  scene.pass(2 * minute);

  expect(await scene.history(jobId)).toMatchObject([{ Result, Status: 3 }]);
  expect(store.contents.has("web")).toBe(placed);
});

it("lists jobs that nobody has picked up, and takes them back", async () => {
  const { scene, store, jobId } = await withJob({ pickUpMs: "Never" });
  scene.pass(24 * 60 * minute);

  expect(await scene.history(jobId)).toEqual([]);
  expect((await scene.client.get("/OrchestratorJobs/ScheduledJobs")).json).toEqual([
    {
      Id: jobId,
      ClientMachine: "app1",
      Target: "/opt/app/store.jks",
      Schedule: null,
      Requested: "2026-11-22T03:00:00.000Z",
      JobType: "Management",
    },
  ]);

  const { status, text } = await scene.client.post("/OrchestratorJobs/Unschedule", { JobIds: [jobId] });
  expect([status, text]).toEqual([204, ""]);
  store.orchestrator = { ...store.orchestrator, pickUpMs: 0 };
  expect((await scene.client.get("/OrchestratorJobs/ScheduledJobs")).json).toEqual([]);
  expect(await scene.history(jobId)).toEqual([]);
});

it("does not take back a job that runs", async () => {
  const { scene, store, jobId } = await withJob({});
  scene.pass(minute);

  await scene.client.post("/OrchestratorJobs/Unschedule", { JobIds: [jobId] });
  scene.pass(minute);

  expect(await scene.history(jobId)).toMatchObject([{ Result: 2, Status: 3 }]);
  expect(store.contents.has("web")).toBe(true);
});

it("begins a job of a schedule not before its time", async () => {
  const { scene, store, certificateId } = await withJob({ pickUpMs: 0, runMs: 0 });
  const { json } = await scene.client.post("/CertificateStores/Certificates/Add", {
    CertificateId: certificateId,
    CertificateStores: [{ CertificateStoreId: store.id, Alias: "later", IncludePrivateKey: true }],
    Schedule: { ExactlyOnce: { Time: "2026-11-22T05:00:00Z" } },
  });
  const [jobId = ""] = json as string[];

  scene.pass(119 * minute);
  expect(await scene.history(jobId)).toEqual([]);
  scene.pass(minute);
  expect(await scene.history(jobId)).toMatchObject([
    { Status: 3, Schedule: { ExactlyOnce: { Time: "2026-11-22T05:00:00.000Z" } } },
  ]);
});

it("refuses to sort by what is no field (D6)", async () => {
  const { client } = await Scene.start();

  expect(await client.get("/OrchestratorJobs/JobHistory?SortField=Foo")).toMatchObject({
    status: 400,
    json: { ErrorCode: "0xA011004A", Message: "Invalid sort field: Foo." },
  });
});

it("removes by alias, and fails the job where there is none", async () => {
  const { scene, store } = await withJob({ pickUpMs: 0, runMs: 0 });
  const remove = async (Alias: string): Promise<string> => {
    const CertificateStores = [{ CertificateStoreId: store.id, Alias }];
    const body = { CertificateStores, Schedule: { Immediate: true } };
    return ((await scene.client.post("/CertificateStores/Certificates/Remove", body)).json as string[])[0] ?? "";
  };

  expect(await scene.history(await remove("web"))).toMatchObject([{ Result: 2, Status: 3 }]);
  expect(store.contents.size).toBe(0);
  expect(await scene.history(await remove("web"))).toMatchObject([{ Result: 4, Status: 3 }]);
});

it("refuses to remove without the entry parameters that a type wants for it", async () => {
  const scene = await Scene.start();
  const { id } = scene.server.command.addStore({ type: "IISU" });
  const remove = async (entry: object): Promise<unknown> => {
    const CertificateStores = [{ CertificateStoreId: id, Alias: "web", ...entry }];
    const body = { CertificateStores, Schedule: { Immediate: true } };
    return (await scene.client.post("/CertificateStores/Certificates/Remove", body)).json;
  };

  expect(await remove({})).toMatchObject({ Message: "The entry parameter 'SiteName' is required." });
  expect(await remove({ JobFields: { SiteName: "Default", IPAddress: "*" } })).toHaveLength(1);
});
