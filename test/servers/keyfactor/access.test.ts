import { expect, it } from "vitest";
import { allPermissions } from "./index.ts";
import { basic } from "./testing/client.ts";
import { Scene } from "./testing/scene.ts";

const status = async (scene: Scene, authorization: string): Promise<number> =>
  (await scene.clientAs(authorization).get("/Status/Endpoints")).status;

it("lets a user in by DOMAIN\\user and password, and answers others with 401 and nothing else (D3)", async () => {
  const scene = await Scene.start();

  expect(await scene.client.get("/Status/Endpoints")).toMatchObject({ status: 200, json: expect.any(Array) });
  expect(await status(scene, basic("corp\\CERTFERRY", "Passw0rd-of-Command!"))).toBe(200);
  const refused = await scene.clientAs(basic("CORP\\certferry", "other")).get("/Status/Endpoints");
  expect([refused.status, refused.text]).toEqual([401, ""]);
  expect(await status(scene, basic("nobody", "Passw0rd-of-Command!"))).toBe(401);
  expect(await status(scene, "Negotiate abc")).toBe(401);
  expect(scene.server.traffic.refusedLogins).toBe(3);
});

it("asks who a bearer token is for", async () => {
  const tokens = (token: string): string | undefined => (token === "good" ? "CORP\\certferry" : undefined);
  const scene = await Scene.start({ tokens });

  expect(await status(scene, "Bearer good")).toBe(200);
  expect(await status(scene, "Bearer stale")).toBe(401);
});

it("answers 403 with the user's name where a role lacks the permission (D3)", async () => {
  const scene = await Scene.start({ roles: [{ id: 1, name: "Administrator", permissions: [] }] });

  expect(await scene.client.get("/OrchestratorJobs/JobHistory")).toMatchObject({
    status: 403,
    json: { ErrorCode: "0xA0140002", Message: "User CORP\\certferry doesn't have the required permission" },
  });
});

const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";
const CertificateStores = [{ CertificateStoreId: storeId, Alias: "web" }];
const Schedule = { Immediate: true };
const enrol = { Subject: "CN=web", Template: "Web", Timestamp: "2026-11-22T03:00:00Z" };
const add = { CertificateId: 1, CertificateStores, Schedule };
const stores = "/CertificateStores";

it.each([
  ["/certificates/import/", "POST", "/Certificates/Import", { Certificate: "" }],
  ["/certificates/import/", "POST", "/Certificates/Analyze", { Certificate: "" }],
  ["/certificates/collections/read/", "GET", "/Certificates", undefined],
  ["/certificates/collections/read/", "GET", "/Certificates/1", undefined],
  ["/certificates/collections/read/", "POST", `${stores}/Certificates/Add`, add],
  ["/certificate_stores/schedule/", "POST", `${stores}/Certificates/Add`, add],
  ["/certificates/collections/read/", "POST", `${stores}/Certificates/Remove`, add],
  ["/certificate_stores/schedule/", "POST", `${stores}/Certificates/Remove`, add],
  ["/certificate_stores/schedule/", "POST", `${stores}/Schedule`, { StoreIds: [storeId], Schedule }],
  ["/certificate_stores/read/", "GET", stores, undefined],
  ["/certificate_stores/read/", "GET", `${stores}/${storeId}`, undefined],
  ["/certificate_stores/read/", "GET", `${stores}/${storeId}/Inventory`, undefined],
  ["/certificate_stores/read/", "GET", "/CertificateStoreTypes/2", undefined],
  ["/certificate_stores/read/", "GET", "/CertificateStoreTypes/Name/PEM", undefined],
  ["/certificates/collections/metadata/modify/", "PUT", "/Certificates/Metadata", { Id: 1, Metadata: {} }],
  ["/certificates/collections/change_owner/", "PUT", "/Certificates/1/Owner", {}],
  ["/certificates/collections/delete/", "DELETE", "/Certificates/1", undefined],
  ["/metadata/types/read/", "GET", "/MetadataFields", undefined],
  ["/agents/management/read/", "GET", "/OrchestratorJobs/JobHistory", undefined],
  ["/agents/management/read/", "GET", "/OrchestratorJobs/ScheduledJobs", undefined],
  ["/agents/management/modify/", "POST", "/OrchestratorJobs/Unschedule", { JobIds: [] }],
  ["/certificates/enrollment/pfx/", "POST", "/Enrollment/PFX", enrol],
  ["/certificates/enrollment/pfx/", "POST", "/Enrollment/PFX/Deploy", { Password: "p" }],
  ["/certificate_stores/schedule/", "POST", "/Enrollment/PFX/Deploy", { Password: "p" }],
] as const)("needs %s for %s %s", async (permission, method, path, body) => {
  const permissions = allPermissions.filter((other) => other !== permission);
  const scene = await Scene.start({ roles: [{ id: 1, name: "Administrator", permissions }] });
  scene.server.command.addStore({ type: "AKV", id: storeId });

  expect((await scene.client.send(method, path, { body })).status).toBe(403);
});

it.each([
  ["/certificates/collections/read/", "", 200],
  ["/certificate_stores/read/", "", 200],
  ["/certificates/collections/read/3/", "?collectionId=3", 200],
  ["/certificates/collections/read/3/", "?collectionId=4", 403],
  ["/certificate_stores/read/4/", "?containerId=4", 200],
  // Of both the collection counts (C.4).
  ["/certificate_stores/read/4/", "?containerId=4&collectionId=3", 403],
  ["/metadata/types/read/", "", 403],
])("with the permission %s answers a download%s with %i", async (permission, query, status) => {
  const permissions = ["/certificates/import/", permission];
  const scene = await Scene.start({ roles: [{ id: 1, name: "Administrator", permissions }] });
  const CertID = await scene.imported();

  const path = `/Certificates/Download${query}`;
  expect((await scene.client.post(path, { CertID }, { "x-certificateformat": "PEM" })).status).toBe(status);
});

it("grants collections and containers one by one", async () => {
  const permissions = [
    "/certificates/import/",
    "/certificates/collections/read/3/",
    "/certificate_stores/schedule/4/",
    "/certificate_stores/read/4/",
  ];
  const scene = await Scene.start({ roles: [{ id: 1, name: "Administrator", permissions }] });
  const mine = scene.server.command.addStore({ type: "AKV", containerId: 4 });
  const theirs = scene.server.command.addStore({ type: "AKV", containerId: 5 });
  const CertificateId = await scene.imported();
  const add = async (storeId: string, CollectionId: number): Promise<number> => {
    const CertificateStores = [{ CertificateStoreId: storeId, Alias: "web", IncludePrivateKey: true }];
    const body = { CertificateId, CertificateStores, Schedule: { Immediate: true }, CollectionId };
    return (await scene.client.post("/CertificateStores/Certificates/Add", body)).status;
  };

  expect(await add(mine.id, 3)).toBe(200);
  expect(await add(mine.id, 0)).toBe(403);
  expect(await add(theirs.id, 3)).toBe(403);
  expect((await scene.client.get(`/Certificates/${CertificateId}?collectionId=3`)).status).toBe(200);
  expect((await scene.client.get(`/Certificates/${CertificateId}`)).status).toBe(403);
  expect((await scene.client.get("/CertificateStores")).json).toMatchObject([{ Id: mine.id }]);
  expect((await scene.client.get(`/CertificateStores/${theirs.id}`)).status).toBe(403);
});

it("wants the header against forged requests", async () => {
  const { client } = await Scene.start();
  const send = async (value: string | undefined): Promise<number> =>
    (await client.get("/Status/Endpoints", { headers: { "x-keyfactor-requested-with": value } })).status;

  expect(await send(undefined)).toBe(400);
  expect(await send("curl")).toBe(400);
  expect(await send("XMLHttpRequest")).toBe(200);
});

it("finds paths in any case, and answers HTML where there is nothing", async () => {
  const scene = await Scene.start({ apiPath: "Keyfactor/API" });

  expect(await scene.client.get("//keyfactor/api/status/ENDPOINTS")).toMatchObject({ status: 200 });
  const elsewhere = await scene.client.get("//KeyfactorAPI/Status/Endpoints");
  expect(elsewhere).toMatchObject({ status: 404, json: undefined });
  expect(elsewhere.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(await scene.client.get("/Nothing")).toMatchObject({ status: 404, json: undefined });
});

it("refuses a URL that is not encoded well", async () => {
  const { client } = await Scene.start();

  expect(await client.get("/CertificateStoreTypes/Name/%E0%A4%A")).toMatchObject({ status: 400 });
  expect(await client.get("/MetadataFields?QueryString=%")).toMatchObject({ status: 400 });
});

it("takes JSON alone", async () => {
  const { client } = await Scene.start();

  expect(await client.post("/Certificates/Analyze", "{}", { "content-type": "text/plain" })).toMatchObject({
    status: 415,
  });
  expect(await client.post("/Certificates/Analyze", "{")).toMatchObject({ status: 400 });
  expect(await client.post("/Certificates/Analyze", `"${"a".repeat(30_000_000)}"`)).toMatchObject({
    status: 413,
    json: undefined,
  });
});
