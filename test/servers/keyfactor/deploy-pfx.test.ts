import { expect, it } from "vitest";
import { allPermissions } from "./index.ts";
import { basic, type Client } from "./testing/client.ts";
import { Scene } from "./testing/scene.ts";

const admin = { id: 1, name: "Administrator", permissions: allPermissions };
const users = ["certferry", "other"].map((name) => ({ name, password: "p", roles: ["Administrator"] }));

interface Enrolled {
  readonly KeyfactorId: number;
  readonly KeyfactorRequestId: number;
}

async function enrolled() {
  const scene = await Scene.start({ roles: [admin], users });
  const client = scene.clientAs(basic("certferry", "p"));
  const body = { Subject: "CN=web.example.test", Template: "Web", Timestamp: "2026-11-22T03:00:00Z" };
  const { json } = await client.post("/Enrollment/PFX", body, { "x-certificateformat": "STORE" });
  const { KeyfactorId, KeyfactorRequestId } = (json as { CertificateInformation: Enrolled }).CertificateInformation;
  return { scene, client, CertificateId: KeyfactorId, RequestId: KeyfactorRequestId };
}

const deploy = (client: Client, body: object): Promise<{ status: number; json: unknown }> =>
  client.post("/Enrollment/PFX/Deploy", { Password: "p", ...body });

it("deploys what was enrolled, and tells the stores without job (D7)", async () => {
  const { scene, client, CertificateId, RequestId } = await enrolled();
  const { command } = scene.server;
  const good = command.addStore({ type: "RFJKS", id: "fde12aa7-6643-43db-88e8-5c91c5ce78b3" });
  command.addStore({ type: "CitrixAdc", id: "322e12ea-43b2-4aab-80ae-c4ad4569b4e7" });

  const reply = await deploy(client, {
    Stores: [
      { StoreId: "fde12aa7-6643-43db-88e8-5c91c5ce78b3", Alias: "web", Overwrite: true, Properties: {} },
      { StoreId: "322e12ea-43b2-4aab-80ae-c4ad4569b4e7" },
    ],
    CertificateId,
    RequestId,
    JobTime: "2026-11-22T02:00:00.000Z",
  });

  expect(reply).toMatchObject({
    status: 200,
    json: {
      SuccessfulStores: ["fde12aa7-6643-43db-88e8-5c91c5ce78b3"],
      FailedStores: ["322e12ea-43b2-4aab-80ae-c4ad4569b4e7"],
    },
  });
  // A time that is over means at once.
  expect([...good.contents.keys()]).toEqual(["web"]);
});

it("waits for a job time that is still to come", async () => {
  const { scene, client, CertificateId } = await enrolled();
  const store = scene.server.command.addStore({ type: "AKV" });

  await deploy(client, {
    Stores: [{ StoreId: store.id, Alias: "web" }],
    CertificateId,
    JobTime: "2026-11-22T04:00:00Z",
  });

  expect(store.contents.size).toBe(0);
  scene.pass(3_600_000);
  scene.server.command.settle();
  expect(store.contents.size).toBe(1);
});

it("refuses after five minutes, and another user at once (D7)", async () => {
  const { scene, client, CertificateId } = await enrolled();
  const Stores = [{ StoreId: scene.server.command.addStore({ type: "AKV" }).id, Alias: "web" }];
  const other = scene.clientAs(basic("other", "p"));

  expect(await deploy(other, { Stores, CertificateId })).toMatchObject({ status: 400 });
  scene.pass(300_000);
  expect(await deploy(client, { Stores, CertificateId })).toMatchObject({ status: 200 });
  scene.pass(1);
  expect(await deploy(client, { Stores, CertificateId })).toMatchObject({ status: 400 });
});

it("takes the id of the request alone, and wants one of the two and a password", async () => {
  const { scene, client, RequestId, CertificateId } = await enrolled();
  const Stores = [{ StoreId: scene.server.command.addStore({ type: "AKV" }).id, Alias: "web" }];

  expect(await deploy(client, { Stores, RequestId })).toMatchObject({ status: 200 });
  expect(await deploy(client, { Stores })).toMatchObject({ status: 400 });
  expect(await client.post("/Enrollment/PFX/Deploy", { Stores, CertificateId })).toMatchObject({ status: 400 });
});

it("takes the obsolete StoreIds with StoreTypes, and Stores rather than them", async () => {
  const { scene, client, CertificateId } = await enrolled();
  const old = scene.server.command.addStore({ type: "RFJKS" });
  const StoreIds = [old.id];
  const StoreTypes = [{ StoreTypeId: 110, Alias: "legacy", Overwrite: false, Properties: [] }];

  await deploy(client, { StoreIds, StoreTypes, CertificateId });
  expect([...old.contents.keys()]).toEqual(["legacy"]);

  const store = scene.server.command.addStore({ type: "RFJKS" });
  await deploy(client, { Stores: [{ StoreId: store.id, Alias: "new" }], StoreIds, StoreTypes, CertificateId });
  expect([...store.contents.keys()]).toEqual(["new"]);
  expect([...old.contents.keys()]).toEqual(["legacy"]);
});

it("takes entry parameters from Stores, and from StoreTypes", async () => {
  const { scene, client, CertificateId } = await enrolled();
  const [one, other] = [
    scene.server.command.addStore({ type: "IISU" }),
    scene.server.command.addStore({ type: "IISU" }),
  ];
  const Stores = [{ StoreId: one.id, Properties: { SiteName: "Default", IPAddress: "*" } }];
  const Properties = [
    { Name: "SiteName", Value: "Default" },
    { Name: "IPAddress", Value: "*" },
  ];
  const StoreTypes = [{ StoreTypeId: 108, Properties }];

  expect((await deploy(client, { Stores, CertificateId })).json).toEqual({
    SuccessfulStores: [one.id],
    FailedStores: [],
  });
  expect((await deploy(client, { StoreIds: [other.id], StoreTypes, CertificateId })).json).toEqual({
    SuccessfulStores: [other.id],
    FailedStores: [],
  });
});

it("enrolls nothing without the header for a format", async () => {
  const { client } = await Scene.start();
  const body = { Subject: "CN=web.example.test", Template: "Web", Timestamp: "2026-11-22T03:00:00Z" };

  expect(await client.post("/Enrollment/PFX", body)).toMatchObject({
    status: 400,
    json: { ErrorCode: "0xA0110007" },
  });
});
