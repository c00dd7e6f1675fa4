import { expect, it } from "vitest";
import { issue } from "../../fixtures/pki.ts";
import { identityFor, Scene, thumbprintOf, validity } from "./testing/scene.ts";

const immediate = { Immediate: true };

/** A store that holds one certificate, which no inventory has found yet. */
async function deployed(type = "RFJKS") {
  const scene = await Scene.start({ metadataFields: ["AppOwner"] });
  const store = scene.server.command.addStore({ type, clientMachine: "app1", path: "/opt/app/store.jks" });
  const identity = await identityFor("leaf.example.test");
  const id = await scene.imported(identity);
  await scene.added(id, { CertificateStoreId: store.id, ...(type === "RFJKS" ? { Alias: "web" } : {}) });
  const inventory = async (query = ""): Promise<unknown> =>
    (await scene.client.get(`/CertificateStores/${store.id}/Inventory${query}`)).json;
  return { scene, store, identity, id, inventory };
}

it("shows a certificate in inventory and locations once an inventory job ran, and not before (D11)", async () => {
  const { scene, store, identity, id, inventory } = await deployed();
  const locations = async (): Promise<unknown> =>
    (await scene.client.get(`/Certificates/${id}?includeLocations=true`)).json;
  expect(await inventory()).toEqual([]);
  expect(await locations()).toMatchObject({ Locations: [] });

  const Schedule = immediate;
  const { status, text } = await scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule });

  expect([status, text]).toEqual([204, ""]);
  const { leaf } = identity;
  expect(await inventory()).toEqual([
    {
      Name: "web",
      Certificates: [
        {
          Id: id,
          Thumbprint: await thumbprintOf(leaf),
          SerialNumber: leaf.certificate.serialNumber.toUpperCase(),
          IssuedDN: "CN=leaf.example.test",
          IssuerDN: "CN=Test Intermediate",
          NotBefore: leaf.certificate.notBefore.toISOString(),
          NotAfter: leaf.certificate.notAfter.toISOString(),
          SigningAlgorithm: "sha256ECDSA",
          CertStoreInventoryItemId: 1,
          Metadata: {},
        },
      ],
      Parameters: {},
      CertStoreInventoryItemId: 1,
    },
  ]);
  expect(await locations()).toMatchObject({
    Locations: [
      {
        StoreMachine: "app1",
        StorePath: "/opt/app/store.jks",
        StoreType: 110,
        Alias: "web",
        ChainLevel: 0,
        CertStoreId: store.id,
      },
    ],
  });
});

it("runs inventories by the store's schedule until it is off", async () => {
  const { scene, store, inventory } = await deployed();
  const schedule = (Schedule: object): Promise<unknown> =>
    scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule });

  await schedule({ Interval: { Minutes: 60 } });
  expect(await inventory()).toHaveLength(1);
  expect((await scene.client.get(`/CertificateStores/${store.id}`)).json).toMatchObject({
    InventorySchedule: { Interval: { Minutes: 60 } },
  });
  scene.server.command.putIntoStore(store, "foreign", (await issue({ subject: "CN=foreign", ...validity })).pem);
  expect(await inventory()).toHaveLength(1);
  scene.pass(3_600_000);
  expect(await inventory()).toMatchObject([{ Name: "foreign" }, { Name: "web" }]);

  await schedule({ Off: true });
  store.contents.clear();
  scene.pass(7_200_000);
  expect(await inventory()).toHaveLength(2);
});

it("gives the inventory by pages, of which the one behind the last is empty (D11)", async () => {
  const { scene, store, inventory } = await deployed();
  const { pem } = await issue({ subject: "CN=foreign", ...validity });
  for (const alias of ["a", "b", "c"]) scene.server.command.putIntoStore(store, alias, pem);
  await scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule: immediate });

  expect(await inventory("?PageReturned=1&ReturnLimit=3")).toMatchObject([{ Name: "a" }, { Name: "b" }, { Name: "c" }]);
  expect(await inventory("?query.pageReturned=2&query.returnLimit=3")).toMatchObject([{ Name: "web" }]);
  expect(await inventory("?PageReturned=3&ReturnLimit=3")).toEqual([]);
});

it("has certificates that an inventory found in no other way", async () => {
  const { scene, store, inventory } = await deployed();
  const foreign = await issue({ subject: "CN=foreign", ...validity });
  scene.server.command.putIntoStore(store, "foreign", foreign.pem);
  const find = async (): Promise<unknown> =>
    (await scene.client.get("/Certificates?QueryString=IssuedCN%20-eq%20%22foreign%22")).json;
  expect(await find()).toEqual([]);

  await scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule: immediate });

  expect(await find()).toMatchObject([{ Id: 2, HasPrivateKey: false }]);
  expect(await inventory()).toMatchObject([{ Certificates: [{ Id: 2 }] }, { Certificates: [{ Id: 1 }] }]);
});

it("takes the thumbprint for an alias where none is allowed, and replaces the entry that an overwrite names", async () => {
  const { scene, store, identity } = await deployed("WinCert");
  await scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule: immediate });
  const old = await thumbprintOf(identity.leaf);
  expect([...store.contents.keys()]).toEqual([old]);
  const renewed = await identityFor("leaf.example.test");
  const CertificateId = await scene.imported(renewed);
  const add = async (entry: object): Promise<unknown> => {
    const CertificateStores = [{ CertificateStoreId: store.id, IncludePrivateKey: true, Alias: old, ...entry }];
    const body = { CertificateId, CertificateStores, Schedule: immediate };
    return (await scene.client.post("/CertificateStores/Certificates/Add", body)).json;
  };

  expect(await add({})).toMatchObject({ Message: `Overwrite must be true: alias '${old}' exists.` });
  const lower = old.toLowerCase();
  expect(await add({ Overwrite: true, Alias: lower })).toMatchObject({
    Message: `Alias '${lower}' does not exist in certificate store /opt/app/store.jks.`,
  });
  await add({ Overwrite: true });

  expect([...store.contents.keys()]).toEqual([await thumbprintOf(renewed.leaf)]);
});

it.each([
  [{ Interval: { Minutes: 30 } }, { Interval: { Minutes: 30 } }],
  [{ Daily: { Time: "2026-11-22T23:30:00Z" } }, { Daily: { Time: "2026-11-22T23:30:00.000Z" } }],
  [
    { Weekly: { Days: ["Monday"], Time: "2026-11-22T23:30:00Z" } },
    { Weekly: { Days: ["Monday"], Time: "2026-11-22T23:30:00.000Z" } },
  ],
  [{ Monthly: { Day: 5, Time: "2026-11-22T23:30:00Z" } }, { Monthly: { Day: 5, Time: "2026-11-22T23:30:00.000Z" } }],
  [{ Off: true }, null],
])("reads the schedule %j back as %j", async (Schedule, told) => {
  const scene = await Scene.start();
  const { id } = scene.server.command.addStore({ type: "AKV", inventoryMinutes: 5 });

  expect(await scene.client.post("/CertificateStores/Schedule", { StoreIds: [id], Schedule })).toMatchObject({
    status: 204,
  });

  const { json } = await scene.client.get(`/CertificateStores/${id}`);
  expect((json as { InventorySchedule: unknown }).InventorySchedule).toEqual(told);
});

it("keeps one certificate in a store that has room for one", async () => {
  const { scene, store } = await deployed("K8STLSSecr");
  await scene.client.post("/CertificateStores/Schedule", { StoreIds: [store.id], Schedule: immediate });
  const renewed = await identityFor("leaf.example.test");
  const next = await scene.imported(renewed);
  const [Alias = ""] = store.contents.keys();

  const refused = await scene.added(next, { CertificateStoreId: store.id });
  expect(await scene.history(refused)).toMatchObject([{ Result: 4 }]);
  expect([...store.contents.keys()]).toEqual([Alias]);
  await scene.added(next, { CertificateStoreId: store.id, Alias, Overwrite: true });

  expect([...store.contents.keys()]).toEqual([await thumbprintOf(renewed.leaf)]);
});

it("has one inventory job wait for an orchestrator that is down, however long it is", async () => {
  const scene = await Scene.start();
  const orchestrator = { pickUpMs: "Never" as const };
  scene.server.command.addStore({ type: "AKV", inventoryMinutes: 5, orchestrator });

  scene.pass(24 * 3_600_000);

  expect((await scene.client.get("/OrchestratorJobs/ScheduledJobs")).json).toMatchObject([{ JobType: "Inventory" }]);
});
