import { expect, it } from "vitest";
import { Scene } from "./testing/scene.ts";

const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";
const path = "/CertificateStores/Certificates/Add";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

it("queues a job and tells its id (D4)", async () => {
  const scene = await Scene.start();
  scene.server.command.addStore({ type: "F5-SL-REST", id: storeId });
  const id = await scene.imported();

  const { status, json } = await scene.client.post(path, {
    CertificateId: id,
    CertificateStores: [
      { CertificateStoreId: storeId, Alias: "MyCertificate.pfx", Overwrite: false, IncludePrivateKey: true },
    ],
    Schedule: { Immediate: true },
    CollectionId: 0,
  });

  expect(status).toBe(200);
  expect(json).toEqual([expect.stringMatching(guid)]);
});

const entry = { CertificateStoreId: storeId, IncludePrivateKey: true };

it.each([
  ["CitrixAdc", {}, "An alias is required for this certificate store type."],
  ["WinCert", { Alias: "web" }, "An alias is not allowed for this certificate store type."],
  [
    "WinCert",
    { Alias: "web", Overwrite: true },
    "Alias 'web' does not exist in certificate store Cert:/LocalMachine/My.",
  ],
  [
    "CitrixAdc",
    { Alias: "web", IncludePrivateKey: false },
    "A private key is required for this certificate store type.",
  ],
  ["AWS-ACM", {}, "The entry parameter 'AWS Region' is required."],
  ["IISU", { JobFields: { SiteName: "Default" } }, "The entry parameter 'IPAddress' is required."],
  [
    "RFJKS",
    { Alias: "web", EntryPassword: { SecretValue: "p" } },
    "An entry password is not supported for this certificate store type.",
  ],
])("refuses in a store of type %s the entry %j (D5)", async (type, members, message) => {
  const scene = await Scene.start();
  scene.server.command.addStore({ type, id: storeId, path: "Cert:/LocalMachine/My" });
  const CertificateId = await scene.imported();

  const CertificateStores = [{ ...entry, ...members }];
  const { status, json } = await scene.client.post(path, {
    CertificateId,
    CertificateStores,
    Schedule: { Immediate: true },
  });

  expect(status).toBe(400);
  expect(json).toEqual({ ErrorCode: "0xA0110000", Message: message, FailedOperations: [{ Reason: message }] });
  expect(scene.server.command.jobs.open()).toEqual([]);
});

it("refuses a store that is not approved, and a key that Command has not (D5)", async () => {
  const scene = await Scene.start();
  const store = scene.server.command.addStore({ type: "AKV", id: storeId, approved: false });
  const CertificateId = await scene.imported();
  const body = { CertificateId, CertificateStores: [entry], Schedule: { Immediate: true } };

  expect((await scene.client.post(path, body)).json).toMatchObject({
    Message: "The certificate store is not approved.",
  });
  store.approved = true;
  const certificate = scene.server.command.certificate(CertificateId);
  if (certificate) certificate.key = undefined;
  expect((await scene.client.post(path, body)).json).toMatchObject({
    Message: "The certificate has no private key in Keyfactor.",
  });
});

it("knows no certificate of another id, and wants a schedule with exactly one member (D5)", async () => {
  const scene = await Scene.start();
  scene.server.command.addStore({ type: "AKV", id: storeId });
  const CertificateId = await scene.imported();
  const send = (body: object): Promise<{ status: number }> =>
    scene.client.post(path, { CertificateStores: [entry], ...body });

  expect(await send({ CertificateId: 99, Schedule: { Immediate: true } })).toMatchObject({ status: 404 });
  expect(await send({ CertificateId })).toMatchObject({ status: 400 });
  expect(await send({ CertificateId, Schedule: {} })).toMatchObject({ status: 400 });
  const Time = "2026-11-23T01:00:00Z";
  expect(await send({ CertificateId, Schedule: { Immediate: true, ExactlyOnce: { Time } } })).toMatchObject({
    status: 400,
  });
  expect(await send({ CertificateId, Schedule: { ExactlyOnce: { Time } } })).toMatchObject({ status: 200 });
});

it.each([
  ["PEM", 400],
  ["AKV", 200],
])("answers an entry password that is null in a store of type %s with %i", async (type, status) => {
  const scene = await Scene.start();
  scene.server.command.addStore({ type, id: storeId });
  const CertificateId = await scene.imported();

  const CertificateStores = [{ ...entry, EntryPassword: null }];
  const Schedule = { Immediate: true };

  expect(await scene.client.post(path, { CertificateId, CertificateStores, Schedule })).toMatchObject({ status });
});

it("brings the key into the store only where it is asked for", async () => {
  const scene = await Scene.start();
  const store = scene.server.command.addStore({ type: "AKV" });
  const id = await scene.imported();

  await scene.added(id, { CertificateStoreId: store.id, Alias: "with", IncludePrivateKey: true });
  await scene.added(id, { CertificateStoreId: store.id, Alias: "without", IncludePrivateKey: false });

  expect([...store.contents.values()]).toMatchObject([
    { alias: "with", hasPrivateKey: true },
    { alias: "without", hasPrivateKey: false },
  ]);
});

it("makes two jobs of two requests that are the same", async () => {
  const scene = await Scene.start();
  scene.server.command.addStore({ type: "AKV", id: storeId, orchestrator: { pickUpMs: "Never" } });
  const id = await scene.imported();

  const first = await scene.added(id, { CertificateStoreId: storeId, Alias: "web" });
  const second = await scene.added(id, { CertificateStoreId: storeId, Alias: "web" });

  expect(first).not.toBe(second);
  expect(scene.server.command.jobs.open()).toHaveLength(2);
});

it("makes no job at all when one of several stores refuses", async () => {
  const scene = await Scene.start();
  const { command } = scene.server;
  const [good, bad] = [command.addStore({ type: "AKV" }), command.addStore({ type: "CitrixAdc" })];
  const CertificateId = await scene.imported();
  const CertificateStores = [good, bad].map(({ id }) => ({ ...entry, CertificateStoreId: id }));

  const { status } = await scene.client.post(path, { CertificateId, CertificateStores, Schedule: { Immediate: true } });

  expect(status).toBe(400);
  expect(command.jobs.open()).toEqual([]);
});

it("tells the ids of several jobs in another order than that of the stores", async () => {
  const scene = await Scene.start();
  const { command } = scene.server;
  const stores = ["/first", "/second"].map((at) => command.addStore({ type: "AKV", path: at }));
  const CertificateId = await scene.imported();
  const CertificateStores = stores.map(({ id }) => ({ ...entry, CertificateStoreId: id, Alias: "web" }));

  const reply = await scene.client.post(path, { CertificateId, CertificateStores, Schedule: { Immediate: true } });

  const [first = ""] = reply.json as string[];
  expect(await scene.history(first)).toMatchObject([{ StorePath: "/second" }]);
});
