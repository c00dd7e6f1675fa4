import { expect, it } from "vitest";
import { issue } from "../../fixtures/pki.ts";
import { identityFor, Scene, thumbprintOf } from "./testing/scene.ts";

it("analyzes a file without storing anything (D10)", async () => {
  const scene = await Scene.start();
  const { pfx, leaf, intermediate, root } = await identityFor("leaf.example.test");

  const { status, json } = await scene.client.post("/Certificates/Analyze", { Certificate: pfx, Password: "s3cret" });

  expect(status).toBe(200);
  expect(json).toHaveLength(3);
  expect(json).toContainEqual({
    IssuedDN: "CN=leaf.example.test",
    IssuerDN: "CN=Test Intermediate",
    Thumbprint: await thumbprintOf(leaf),
    NotAfter: leaf.certificate.notAfter.toISOString(),
    NotBefore: leaf.certificate.notBefore.toISOString(),
    Metadata: {},
    IsEndEntity: true,
  });
  for (const authority of [intermediate, root]) {
    const Thumbprint = await thumbprintOf(authority);
    expect(json).toContainEqual(expect.objectContaining({ Thumbprint, IsEndEntity: false }));
  }
  expect(scene.server.command.certificates.all()).toEqual([]);
});

it("sets metadata and answers nothing (D12)", async () => {
  const scene = await Scene.start({ metadataFields: ["AppOwner", "Ticket"] });
  const id = await scene.imported();
  const metadata = async (): Promise<unknown> =>
    (await scene.client.get(`/Certificates/${id}?includeMetadata=true`)).json;

  const put = await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { AppOwner: "Web", Ticket: "1" } });

  expect([put.status, put.text]).toEqual([204, ""]);
  expect(await metadata()).toMatchObject({ Metadata: { AppOwner: "Web", Ticket: "1" } });
  const put2 = await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { Owner: "Web" } });
  expect(put2).toMatchObject({ status: 400, json: { Message: "The metadata field 'Owner' does not exist." } });
  expect(await scene.client.put("/Certificates/Metadata", { Id: 99, Metadata: {} })).toMatchObject({ status: 404 });
});

it.each([
  ["Kept", { AppOwner: "Web", Ticket: "2" }],
  ["Cleared", { Ticket: "2" }],
] as const)("has metadata that a change leaves out %s, as it is told", async (absentMetadata, expected) => {
  const scene = await Scene.start({ metadataFields: ["AppOwner", "Ticket"], absentMetadata });
  const id = await scene.imported();
  await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { AppOwner: "Web", Ticket: "1" } });

  await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { Ticket: "2" } });

  const { json } = await scene.client.get(`/Certificates/${id}?includeMetadata=true`);
  expect((json as { Metadata: unknown }).Metadata).toEqual(expected);
});

it("shows locations and metadata only to who asks for them", async () => {
  const scene = await Scene.start({ metadataFields: ["AppOwner"] });
  const id = await scene.imported();
  await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { AppOwner: "Web" } });

  expect((await scene.client.get(`/Certificates/${id}`)).json).toMatchObject({ Metadata: {}, Locations: [] });
});

it("names the metadata fields that there are", async () => {
  const { client } = await Scene.start({ metadataFields: ["AppOwner", "Ticket"] });

  expect((await client.get("/MetadataFields")).json).toMatchObject([
    { Id: 1, Name: "AppOwner", DataType: 1 },
    { Id: 2, Name: "Ticket", DataType: 1 },
  ]);
});

it("changes the owner to a role that there is, and to none", async () => {
  const scene = await Scene.start();
  const id = await scene.imported();
  const change = async (body: object): Promise<number> =>
    (await scene.client.put(`/Certificates/${id}/Owner`, body)).status;
  const owner = async (): Promise<unknown> => (await scene.client.get(`/Certificates/${id}`)).json;

  expect(await change({ NewRoleName: "Administrator" })).toBe(204);
  expect(await owner()).toMatchObject({ OwnerRoleId: 1, OwnerRoleName: "Administrator" });
  expect(await change({ NewRoleName: "" })).toBe(400);
  expect(await change({})).toBe(204);
  expect(await owner()).toMatchObject({ OwnerRoleId: null, OwnerRoleName: null });
});

it("deletes the record and not what lies in stores", async () => {
  const scene = await Scene.start();
  const store = scene.server.command.addStore({ type: "AKV" });
  const id = await scene.imported();
  await scene.added(id, { CertificateStoreId: store.id, Alias: "web" });

  expect(await scene.client.send("DELETE", `/Certificates/${id}`, {})).toMatchObject({ status: 204, text: "" });

  expect(await scene.client.get(`/Certificates/${id}`)).toMatchObject({ status: 404 });
  expect([...store.contents.keys()]).toEqual(["web"]);
});

it("lists expired certificates only when asked for", async () => {
  const scene = await Scene.start();
  const expired = await issue({ subject: "CN=expired", notAfter: new Date("2026-11-01T00:00:00Z") });
  scene.server.command.addCertificate(expired.pem);

  expect((await scene.client.get("/Certificates")).json).toEqual([]);
  expect((await scene.client.get("/Certificates?IncludeExpired=true")).json).toMatchObject([{ IssuedCN: "expired" }]);
});

it("has stores", async () => {
  const scene = await Scene.start();
  const { id } = scene.server.command.addStore({ type: "IISU", clientMachine: "web1", path: "My", containerId: 4 });

  const store = {
    Id: id,
    ClientMachine: "web1",
    Storepath: "My",
    CertStoreType: 108,
    Approved: true,
    Properties: "{}",
  };
  expect((await scene.client.get(`/CertificateStores/${id}`)).json).toMatchObject(store);
  const query = `QueryString=${encodeURIComponent('ClientMachine -eq "WEB1" AND ContainerId -eq 4')}`;
  expect((await scene.client.get(`/CertificateStores?${query}`)).json).toMatchObject([store]);
  expect(await scene.client.get("/CertificateStores/00000000-0000-0000-0000-000000000000")).toMatchObject({
    status: 404,
  });
});

it.each([
  ["Clients", "Forbidden", "Required", { HasPrivateKey: false, OnAdd: true, OnRemove: true, OnReenrollment: false }],
  ["Specification", 0, 2, 6],
] as const)("tells the rules of store types as %s have them", async (storeTypeAnswers, alias, key, RequiredWhen) => {
  const { client } = await Scene.start({ storeTypeAnswers });
  const type = {
    ShortName: "IISU",
    StoreType: 108,
    CustomAliasAllowed: alias,
    PrivateKeyAllowed: key,
    EntryParameters: [
      { Name: "SiteName", RequiredWhen },
      { Name: "IPAddress", RequiredWhen },
    ],
    PasswordOptions: { EntrySupported: false },
  };

  expect((await client.get("/CertificateStoreTypes/108")).json).toMatchObject(type);
  expect((await client.get("/CertificateStoreTypes/Name/iisu")).json).toMatchObject([type]);
  expect(await client.get("/CertificateStoreTypes/Name/None")).toMatchObject({ status: 404 });
});
