import { expect, it } from "vitest";
import { pkcs7Of } from "./files/pkcs7.ts";
import { identityFor, Scene, thumbprintOf } from "./testing/scene.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const webTeam = { id: 7, name: "Web Team", permissions: [] };
const admin = {
  id: 1,
  name: "Administrator",
  permissions: ["/certificates/import/", "/certificates/collections/read/"],
};

const sceneWithFields = (): Promise<Scene> =>
  Scene.start({ metadataFields: ["AppOwnerFirstName"], roles: [admin, webTeam] });

it("imports a PKCS#12 with metadata, an owner and a store, and tells the thumbprint but no id (D1)", async () => {
  const scene = await sceneWithFields();
  const store = scene.server.command.addStore({ type: "PEM", id: "fde12aa7-6643-43db-88e8-5c91c5ce78b3" });
  const { pfx, leaf } = await identityFor("leaf.example.test");

  const { status, json, headers } = await scene.client.post("/Certificates/Import", {
    Certificate: pfx,
    Password: "s3cret",
    Metadata: { AppOwnerFirstName: "John" },
    StoreIds: ["fde12aa7-6643-43db-88e8-5c91c5ce78b3"],
    StoreTypes: [{ StoreTypeId: 2, Alias: "web", Overwrite: true, Properties: [] }],
    Schedule: "2026-11-23T01:00:00.000Z",
    OwnerRoleName: "Web Team",
  });

  const thumbprint = await thumbprintOf(leaf);
  expect(status).toBe(200);
  expect(headers["x-keyfactor-product-version"]).toBe("25.1.1.0");
  expect(json).toEqual({ ImportStatus: 1, JobStatus: 1, InvalidKeystores: [], Thumbprint: thumbprint });
  const found = await scene.client.get(
    `/Certificates?QueryString=Thumbprint%20-eq%20%22${thumbprint}%22&includeMetadata=true`,
  );
  expect(found.json).toMatchObject([
    { Id: 1, HasPrivateKey: true, Metadata: { AppOwnerFirstName: "John" }, OwnerRoleName: "Web Team" },
  ]);

  scene.pass(21 * 3_600_000);
  scene.server.command.settle();
  expect(store.contents.has("web")).toBe(false);
  scene.pass(3_600_000);
  scene.server.command.settle();
  expect(store.contents.has("web")).toBe(true);
});

it("imports although a store refuses it, and says which and why (D2)", async () => {
  const scene = await Scene.start();
  scene.server.command.addStore({
    type: "CitrixAdc",
    id: "322e12ea-43b2-4aab-80ae-c4ad4569b4e7",
    clientMachine: "ns1.example.test",
    path: "/nsconfig/ssl",
  });
  const { pfx, leaf } = await identityFor("leaf.example.test");
  const body = { Certificate: pfx, Password: "s3cret" };
  await scene.client.post("/Certificates/Import", body);

  const StoreIds = ["322e12ea-43b2-4aab-80ae-c4ad4569b4e7"];
  const { status, json } = await scene.client.post("/Certificates/Import", { ...body, StoreIds });

  expect(status).toBe(200);
  expect(json).toEqual({
    ImportStatus: 2,
    JobStatus: 2,
    InvalidKeystores: [
      {
        KeystoreId: "322e12ea-43b2-4aab-80ae-c4ad4569b4e7",
        ClientMachine: "ns1.example.test",
        StorePath: "/nsconfig/ssl",
        Alias: null,
        Reason: 3,
        Explanation: "An alias is required for this certificate store type.",
      },
    ],
    Thumbprint: await thumbprintOf(leaf),
  });
});

it("refuses what it cannot read, a field or role that it has not, and two owners (D3)", async () => {
  const scene = await sceneWithFields();
  const { pfx } = await identityFor("leaf.example.test");
  const good = { Certificate: pfx, Password: "s3cret" };
  const bad = {
    "no base64": { Certificate: "-----BEGIN" },
    "no certificate": { Certificate: base64("hello"), Password: "s3cret" },
    "no password": { Certificate: pfx },
    "another password": { Certificate: pfx, Password: "other" },
    "two owners": { ...good, OwnerRoleId: 7, OwnerRoleName: "Web Team" },
    "an unknown field": { ...good, Metadata: { AppOwner: "John" } },
    "an unknown role": { ...good, OwnerRoleName: "Nobody" },
    "no certificate member": {},
  };
  for (const [what, body] of Object.entries(bad)) {
    const { status, json } = await scene.client.post("/Certificates/Import", body);
    expect({ what, status, json }).toEqual({
      what,
      status: 400,
      json: { ErrorCode: "0xA0110000", Message: expect.any(String) },
    });
  }
  expect(scene.server.command.certificates.all()).toEqual([]);
});

it("takes of a PEM the first certificate alone, without the key, whatever white space ends its lines", async () => {
  const scene = await Scene.start();
  const { leaf, intermediate } = await identityFor("leaf.example.test");
  const Certificate = base64(`${leaf.keyPem}${leaf.pem}${intermediate.pem}`.replaceAll("\n", " "));

  const { json } = await scene.client.post("/Certificates/Import", { Certificate });

  expect(json).toMatchObject({ Thumbprint: await thumbprintOf(leaf) });
  expect(scene.server.command.certificates.all()).toMatchObject([{ key: undefined }]);
});

it("takes a CA's certificate for the one that is meant where it comes first in a PEM", async () => {
  const scene = await Scene.start();
  const { leaf, intermediate } = await identityFor("leaf.example.test");

  const { json } = await scene.client.post("/Certificates/Import", {
    Certificate: base64(intermediate.pem + leaf.pem),
  });

  expect(json).toMatchObject({ Thumbprint: await thumbprintOf(intermediate) });
});

it("takes DER, and a PKCS#7 in any order", async () => {
  const scene = await Scene.start();
  const { leaf, intermediate, root } = await identityFor("leaf.example.test");
  const der = ({ certificate }: typeof leaf): Buffer => Buffer.from(certificate.rawData);

  const fromDer = await scene.client.post("/Certificates/Import", { Certificate: der(leaf).toString("base64") });
  const p7b = pkcs7Of([root, intermediate, leaf].map(der)).toString("base64");
  const fromP7b = await scene.client.post("/Certificates/Import", { Certificate: p7b });

  const Thumbprint = await thumbprintOf(leaf);
  expect(fromDer.json).toMatchObject({ ImportStatus: 1, Thumbprint });
  expect(fromP7b.json).toMatchObject({ ImportStatus: 2, Thumbprint });
});

it("has one record of a certificate however often it is imported, and adds the key and the metadata", async () => {
  const scene = await sceneWithFields();
  const { pfx, leaf } = await identityFor("leaf.example.test");
  await scene.client.post("/Certificates/Import", { Certificate: base64(leaf.pem) });

  const Metadata = { AppOwnerFirstName: "Ann" };
  await scene.client.post("/Certificates/Import", { Certificate: pfx, Password: "s3cret", Metadata });

  const listed = async (): Promise<unknown> => (await scene.client.get("/Certificates?includeMetadata=true")).json;
  expect(await listed()).toMatchObject([{ HasPrivateKey: true, Metadata: { AppOwnerFirstName: "Ann" } }]);
  await scene.client.post("/Certificates/Import", { Certificate: base64(leaf.pem) });
  expect(await listed()).toMatchObject([{ HasPrivateKey: true, Metadata: { AppOwnerFirstName: "Ann" } }]);
});

it("reads members in any case", async () => {
  const scene = await Scene.start();
  const { pfx } = await identityFor("leaf.example.test");

  const { status } = await scene.client.post("/Certificates/Import", { certificate: pfx, PASSWORD: "s3cret" });

  expect(status).toBe(200);
});

it("deploys to stores of several types, each by the entry of its type", async () => {
  const scene = await Scene.start();
  const { command } = scene.server;
  const [java, netscaler] = [command.addStore({ type: "RFJKS" }), command.addStore({ type: "CitrixAdc" })];
  const { pfx } = await identityFor("leaf.example.test");

  const { json } = await scene.client.post("/Certificates/Import", {
    Certificate: pfx,
    Password: "s3cret",
    StoreIds: [java.id, netscaler.id],
    StoreTypes: [
      { StoreTypeId: 104, Alias: "web.pfx", Overwrite: false, Properties: [] },
      { StoreTypeId: 110, Alias: "web", Overwrite: false, Properties: [] },
    ],
  });

  expect(json).toMatchObject({ JobStatus: 1, InvalidKeystores: [] });
  expect([java, netscaler].map(({ contents }) => [...contents.keys()])).toEqual([["web"], ["web.pfx"]]);
});

it("takes the entry parameters of a type from the names and values of its Properties", async () => {
  const scene = await Scene.start();
  const { id } = scene.server.command.addStore({ type: "IISU" });
  const { pfx } = await identityFor("leaf.example.test");
  const deploy = async (Properties: readonly object[]): Promise<unknown> => {
    const StoreTypes = [{ StoreTypeId: 108, Overwrite: false, Properties }];
    const body = { Certificate: pfx, Password: "s3cret", StoreIds: [id], StoreTypes };
    return (await scene.client.post("/Certificates/Import", body)).json;
  };

  const site = { Name: "SiteName", Value: "Default" };
  expect(await deploy([site])).toMatchObject({
    InvalidKeystores: [{ Explanation: "The entry parameter 'IPAddress' is required." }],
  });
  expect(await deploy([site, { name: "IPAddress", value: "*" }])).toMatchObject({ InvalidKeystores: [] });
});
