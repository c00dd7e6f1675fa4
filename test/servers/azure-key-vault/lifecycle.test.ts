/** Deleting, recovering and purging, which all take time (B.4). */
import { expect, it } from "vitest";
import { bundle, identityFor, Scene } from "./testing/scene.ts";

async function withCertificate(options = {}) {
  const scene = await Scene.start({ deleteMs: 5_000, recoverMs: 5_000, purgeMs: 5_000, ...options });
  const { id } = await scene.imported();
  const { pfx: value } = await identityFor("leaf.example.test");
  const { client } = scene;
  return {
    scene,
    client,
    id,
    live: async () => (await client.get("/certificates/web/")).status,
    deleted: async () => (await client.get("/deletedcertificates/web")).status,
    send: () => client.post("/certificates/web/import", { value, pwd: "s3cret" }),
  };
}

const conflict = (code: string, message: string) => ({
  status: 409,
  json: { error: { code: "Conflict", message, innererror: { code } } },
});
const beingDeleted = conflict("ObjectIsBeingDeleted", "Certificate is currently being deleted.");

it("is not deleted when the answer comes", async () => {
  const { scene, client, live, deleted, send, id } = await withCertificate();

  await client.delete("/certificates/web");

  expect([await live(), await deleted()]).toEqual([404, 404]);
  expect((await client.get("/deletedcertificates/web")).json).toEqual({
    error: { code: "CertificateNotFound", message: "Deleted Certificate not found: web" },
  });
  expect(await send()).toMatchObject(beingDeleted);
  expect(await client.delete("/deletedcertificates/web")).toMatchObject(beingDeleted);
  expect((await client.post("/deletedcertificates/web/recover")).status).toBe(404);
  scene.pass(4_999);
  expect(await deleted()).toBe(404);
  scene.pass(1);
  expect(await deleted()).toBe(200);
  expect((await client.get("/deletedcertificates/web")).json).toMatchObject({ id });
  expect((await client.delete("/certificates/web")).status).toBe(404);
});

it("comes back some time after it is recovered, with its versions", async () => {
  const { scene, client, live, deleted, send, id } = await withCertificate();
  await client.delete("/certificates/web");
  scene.pass(5_000);

  const recovered = await client.post("/deletedcertificates/web/recover");

  expect(bundle(recovered).id).toBe(id);
  expect([await live(), await deleted()]).toEqual([404, 404]);
  expect(await send()).toMatchObject(conflict("ObjectIsBeingRecovered", "Certificate is currently being recovered."));
  scene.pass(5_000);
  expect(bundle(await client.get("/certificates/web/")).id).toBe(id);
  expect((await client.get("/certificates/web/")).json).not.toHaveProperty("recoveryId");
  expect((await send()).status).toBe(200);
});

it("keeps its name for some time after it is purged", async () => {
  const { scene, client, live, deleted, send } = await withCertificate();
  await client.delete("/certificates/web");
  scene.pass(5_000);

  expect((await client.delete("/deletedcertificates/web")).status).toBe(204);

  expect([await live(), await deleted()]).toEqual([404, 404]);
  expect(await send()).toMatchObject(beingDeleted);
  scene.pass(5_000);
  expect((await send()).status).toBe(200);
  expect(scene.server.vault.certificates.find("web")?.versions).toHaveLength(1);
});

it("is purged when its time has come", async () => {
  const { scene, client, deleted, send } = await withCertificate({ recoverableDays: 7 });
  await client.delete("/certificates/web");
  scene.pass(5_000);
  expect((await client.get("/deletedcertificates/web")).json).toMatchObject({
    attributes: { recoveryLevel: "CustomizedRecoverable+Purgeable", recoverableDays: 7 },
  });

  scene.pass(7 * 86_400_000 - 5_001);
  expect(await deleted()).toBe(200);
  scene.pass(1);

  expect(await deleted()).toBe(404);
  expect((await send()).status).toBe(200);
});

it.each([
  [{}, "Recoverable+Purgeable"],
  [{ purgeProtection: true }, "Recoverable"],
  [{ recoverableDays: 7 }, "CustomizedRecoverable+Purgeable"],
  [{ recoverableDays: 7, purgeProtection: true }, "CustomizedRecoverable"],
])("tells what a deletion comes to: %j", async (options, recoveryLevel) => {
  const { client } = await withCertificate(options);

  expect(bundle(await client.get("/certificates/web/")).attributes).toMatchObject({ recoveryLevel });
});

it("knows no days of recovery before 7.1", async () => {
  const { client } = await withCertificate();

  const old = bundle(await client.get("/certificates/web/", { query: "api-version=7.0" }));

  expect(old.attributes).not.toHaveProperty("recoverableDays");
});

it("has nothing to recover or to purge that is live or never was", async () => {
  const { client } = await withCertificate();

  for (const name of ["web", "other"]) {
    expect((await client.post(`/deletedcertificates/${name}/recover`)).status).toBe(404);
    expect((await client.delete(`/deletedcertificates/${name}`)).status).toBe(404);
  }
  expect((await client.delete("/certificates/other")).status).toBe(404);
});
