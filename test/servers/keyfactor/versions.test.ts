import { expect, it } from "vitest";
import { camelName } from "./http/casing.ts";
import { identityFor, Scene } from "./testing/scene.ts";

it.each([
  ["10.5.0.0", "Pascal"],
  ["11.6.0.0", "camel"],
  ["24.4.0.0", "Pascal"],
  ["25.1.1.0", "Pascal"],
])("answers as version %s in %s case", async (version, casing) => {
  const scene = await Scene.start({ version, metadataFields: ["AppOwner"] });
  const { headers, json } = await scene.client.get("/MetadataFields");

  expect(headers["x-keyfactor-product-version"]).toBe(version);
  expect(json).toEqual([expect.objectContaining(casing === "camel" ? { name: "AppOwner" } : { Name: "AppOwner" })]);
});

it("leaves the names of metadata as they are in camelCase", async () => {
  const scene = await Scene.start({ version: "11.6", metadataFields: ["AppOwner"] });
  const id = await scene.imported();
  await scene.client.put("/Certificates/Metadata", { Id: id, Metadata: { AppOwner: "Web" } });

  expect((await scene.client.get(`/Certificates/${id}?includeMetadata=true`)).json).toMatchObject({
    issuedCN: "leaf.example.test",
    sslLocations: [],
    metadata: { AppOwner: "Web" },
  });
});

it.each([
  ["CertID", "certID"],
  ["SANs", "saNs"],
  ["PFX", "pfx"],
  ["IssuerDN", "issuerDN"],
  ["CRLDistributionPoints", "crlDistributionPoints"],
])("writes %s as %s in camelCase", (pascal, camel) => {
  expect(camelName(pascal)).toBe(camel);
});

it.each([
  ["10.5", 2, 1],
  ["11.0", 1, 1],
  ["25.1", 1, 1],
])(
  "in version %s gives %i of two where ReturnLimit is 1, and %i for pq.returnLimit",
  async (version, plain, prefixed) => {
    const { client } = await Scene.start({ version, metadataFields: ["AppOwner", "Ticket"] });

    expect((await client.get("/MetadataFields?ReturnLimit=1")).json).toHaveLength(plain);
    expect((await client.get("/MetadataFields?pq.returnLimit=1")).json).toHaveLength(prefixed);
  },
);

it.each([
  ["10.5", 401],
  ["11.0", 200],
])("in version %s answers a bearer token with %i", async (version, status) => {
  const scene = await Scene.start({ version, tokens: () => "CORP\\certferry" });

  expect((await scene.clientAs("Bearer good").get("/Status/Endpoints")).status).toBe(status);
});

it.each([
  ["24.3", undefined, 204],
  ["24.4", 1, 204],
  ["12.3", undefined, 404],
  ["12.4", 1, 404],
])("in version %s an import has owner %s, and changing it is answered with %i", async (version, owner, changed) => {
  const scene = await Scene.start({ version });
  const { pfx } = await identityFor("leaf.example.test");
  await scene.client.post("/Certificates/Import", { Certificate: pfx, Password: "s3cret", OwnerRoleId: 1 });

  expect(scene.server.command.certificates.byId(1)?.ownerRoleId).toBe(owner);
  expect((await scene.client.put("/Certificates/1/Owner", { NewRoleId: 1 })).status).toBe(changed);
});

it.each([
  ["25.1", "CRT", 400],
  ["25.2", "CRT", 200],
  ["25.1", "PEM", 200],
])("in version %s answers a download as %s with %i", async (version, format, status) => {
  const scene = await Scene.start({ version });
  const CertID = await scene.imported();

  const reply = await scene.client.post("/Certificates/Download", { CertID }, { "x-certificateformat": format });
  expect(reply.status).toBe(status);
});

it("deploys in version 9.3 to StoreIds alone", async () => {
  const scene = await Scene.start({ version: "9.3" });
  const enrol = { Subject: "CN=web.example.test", Template: "Web", Timestamp: "2026-11-22T03:00:00Z" };
  await scene.client.post("/Enrollment/PFX", enrol, { "x-certificateformat": "STORE" });
  const { id } = scene.server.command.addStore({ type: "AKV" });
  const deploy = (stores: object): Promise<unknown> =>
    scene.client.post("/Enrollment/PFX/Deploy", { RequestId: 1, Password: "p", ...stores });

  expect(await deploy({ Stores: [{ StoreId: id }] })).toMatchObject({ status: 400 });
  expect(await deploy({ StoreIds: [id] })).toMatchObject({ status: 200, json: { SuccessfulStores: [id] } });
});
