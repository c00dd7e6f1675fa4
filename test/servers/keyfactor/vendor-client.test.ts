import { beforeAll, describe, expect, it } from "vitest";
import { goProgram } from "../../go-program.ts";
import { thumbprintOf } from "./testing/scene.ts";
import { noGo, startWith } from "./testing/go-client.ts";

describe.skipIf(noGo)("the vendor's own Go client", () => {
  const start = startWith("command-client");

  beforeAll(() => goProgram("command-client"), 300_000);

  it("logs in, and is refused with another password", async () => {
    const { call } = await start();

    expect(await call("authenticate")).toBe(null);
    await expect(call("authenticate", {}, "other")).rejects.toThrow("received status code 401");
  });

  it.each(["10.5", "11.6", "24.4", "25.1"])("finds a certificate by thumbprint in version %s", async (version) => {
    const { call, id, identity } = await start({ version });

    const Thumbprint = await thumbprintOf(identity.leaf);
    expect(await call("certificate", { Thumbprint })).toMatchObject({ Id: id, Thumbprint, HasPrivateKey: true });
  });

  it("sets metadata", async () => {
    const { call, id, scene } = await start({ metadataFields: ["AppOwner", "Ticket"] });
    scene.server.command.certificate(id)?.metadata.set("Ticket", "1");

    await call("metadata", { ID: id, Metadata: { AppOwner: "Web" } });

    expect(await call("certificate", { ID: id })).toMatchObject({ Metadata: { AppOwner: "Web" } });
    // It sends each field, empty where unset, and means to unset it.
    expect(scene.server.command.certificate(id)?.metadata.has("Ticket")).toBe(false);
  });

  it.each([
    ["EndEntityFirst", "CN=leaf.example.test"],
    ["RootFirst", "CN=Test Root"],
  ] as const)("downloads a chain that comes %s, and takes %s for the leaf", async (p7bOrder, leaf) => {
    const { call, id } = await start({ p7bOrder });

    expect(await call("download", { ID: id })).toEqual({ leaf, certificates: 3 });
  });

  it("reads stores by pages, and the rules of their types", async () => {
    const { call, scene } = await start();
    const ids = Array.from({ length: 51 }, () => scene.server.command.addStore({ type: "RFJKS" }).id);

    const stores = (await call("stores")) as { Id: string }[];
    expect(stores.map(({ Id }) => Id).sort()).toEqual(ids.sort());
    expect(await call("store", { StoreID: ids[0] })).toMatchObject({ Id: ids[0], CertStoreType: 110, Approved: true });
    expect(await call("type", { StoreType: "RFJKS" })).toMatchObject({
      StoreType: 110,
      CustomAliasAllowed: "Required",
      PrivateKeyAllowed: "Optional",
    });
  });

  it("adds to a store, sees it in the inventory, and removes it", async () => {
    const { call, id, scene } = await start();
    const store = scene.server.command.addStore({ type: "RFJKS", inventoryMinutes: 60 });
    const entry = { CertificateStoreId: store.id, Alias: "web" };
    const Schedule = { Immediate: true };

    const Add = { CertificateId: id, CertificateStores: [{ ...entry, IncludePrivateKey: true }], Schedule };
    expect(await call("add", { Add })).toHaveLength(1);
    scene.pass(3_600_000);
    expect(await call("inventory", { StoreID: store.id })).toMatchObject([{ Name: "web", Certificates: [{ Id: id }] }]);
    expect(await call("remove", { Remove: { CertificateStores: [entry], Schedule } })).toHaveLength(1);
    expect(store.contents.size).toBe(0);
  });

  it("enrolls and deploys", async () => {
    const { call, scene } = await start();
    const store = scene.server.command.addStore({ type: "RFJKS" });
    const Enroll = { Subject: "CN=web.example.test", Template: "Web", CertificateAuthority: "ca\\ca", Password: "p" };

    const enrolled = (await call("enroll", { Enroll })) as { CertificateInformation: Record<string, number> };
    const { KeyfactorID: CertificateId, KeyfactorRequestId: RequestId } = enrolled.CertificateInformation;
    const StoreTypes = [{ StoreTypeId: 110, Alias: "web", Overwrite: false }];
    const Deploy = { StoreIds: [store.id], StoreTypes, Password: "p", CertificateId, RequestId };

    expect(await call("deploy", { Deploy })).toEqual({ SuccessfulStores: [store.id], FailedStores: [] });
    expect([...store.contents.keys()]).toEqual(["web"]);
  });

  it("is told what Command says no to", async () => {
    const { call, id, scene } = await start();
    const store = scene.server.command.addStore({ type: "CitrixAdc" });
    const CertificateStores = [{ CertificateStoreId: store.id, IncludePrivateKey: true }];

    const Add = { CertificateId: id, CertificateStores, Schedule: { Immediate: true } };
    await expect(call("add", { Add })).rejects.toThrow("An alias is required for this certificate store type.");
  });
});
