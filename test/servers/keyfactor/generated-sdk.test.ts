import { beforeAll, describe, expect, it } from "vitest";
import { goProgram } from "../../go-program.ts";
import { noGo, startWith } from "./testing/go-client.ts";
import { identityFor, thumbprintOf } from "./testing/scene.ts";

/** What the description of 25.1.1 has and the vendor's other client does not call, or reads otherwise. */
describe.skipIf(noGo)("the SDK that the vendor generates from the OpenAPI description", () => {
  const start = startWith("command-sdk");
  const immediate = { Immediate: true };

  beforeAll(() => goProgram("command-sdk"), 300_000);

  it("imports a certificate, and reads what each store says", async () => {
    const { call, scene } = await start({ metadataFields: ["AppOwner"] });
    const { pfx, leaf } = await identityFor("other.example.test");
    const { id } = scene.server.command.addStore({ type: "CitrixAdc", path: "/nsconfig/ssl" });

    const answer = await call("import", {
      Certificate: pfx,
      Password: "s3cret",
      Metadata: { AppOwner: "Web" },
      StoreIds: [id],
      StoreTypes: [{ StoreTypeId: 2, Alias: "web", Overwrite: false, Properties: [] }],
      Schedule: "2026-11-23T01:00:00Z",
      OwnerRoleName: "Administrator",
    });

    const Thumbprint = await thumbprintOf(leaf);
    const Explanation = "An alias is required for this certificate store type.";
    const InvalidKeystores = [{ KeystoreId: id, StorePath: "/nsconfig/ssl", Explanation }];
    expect(answer).toMatchObject({ ImportStatus: 1, JobStatus: 2, Thumbprint, InvalidKeystores });
    expect(await call("certificates", `Thumbprint -eq "${Thumbprint}"`)).toMatchObject([
      { Thumbprint, HasPrivateKey: true, Metadata: { AppOwner: "Web" } },
    ]);
  });

  it("analyzes and downloads", async () => {
    const { call, id, identity } = await start();

    const analyzed = await call("analyze", { Certificate: identity.pfx, Password: "s3cret" });
    expect(analyzed).toHaveLength(3);
    expect(analyzed).toContainEqual(
      expect.objectContaining({ Thumbprint: await thumbprintOf(identity.leaf), IsEndEntity: true }),
    );
    const request = { CertID: id, IncludeChain: true, ChainOrder: "EndEntityFirst" };
    expect(await call("download", request)).toEqual({ Content: expect.any(String) });
  });

  it("changes the owner, and reads metadata fields", async () => {
    const { call, scene } = await start({ metadataFields: ["AppOwner"] });

    await call("owner", { NewRoleName: "Administrator" });

    expect(scene.server.command.certificate(1)?.ownerRoleId).toBe(1);
    expect(await call("fields")).toMatchObject([{ Name: "AppOwner", DataType: 1 }]);
  });

  it("adds to a store, and follows the job to its end and to the inventory", async () => {
    const { call, id, scene } = await start();
    const orchestrator = { pickUpMs: 60_000, runMs: 60_000, outcomes: ["WillRetry"] as const };
    const store = scene.server.command.addStore({ type: "RFJKS", orchestrator });
    const CertificateStores = [{ CertificateStoreId: store.id, Alias: "web", IncludePrivateKey: true }];
    const add = { CertificateId: id, CertificateStores, Schedule: immediate };

    const [jobId] = (await call("add", add)) as string[];
    const history = (): Promise<unknown> => call("history", `JobId -eq "${jobId}"`);

    expect(await history()).toEqual([]);
    expect(await call("scheduled")).toMatchObject([{ Id: jobId, JobType: "Management" }]);
    scene.pass(60_000);
    expect(await history()).toMatchObject([{ Status: 2, Result: 0 }]);
    scene.pass(60_000);
    expect(await history()).toMatchObject([{ Status: 5, Result: 4 }]);
    scene.pass(120_000);
    expect(await history()).toMatchObject([
      { JobHistoryId: 902, Status: 3, Result: 2 },
      { JobHistoryId: 901, Status: 5, Result: 4 },
    ]);
    await call("schedule", { StoreIds: [store.id], Schedule: immediate });
    scene.pass(120_000);
    expect(await call("inventory", store.id)).toMatchObject([{ Name: "web", Certificates: [{ Id: id }] }]);
  });

  it("takes a job back", async () => {
    const { call, id, scene } = await start();
    const store = scene.server.command.addStore({ type: "AKV", orchestrator: { pickUpMs: "Never" } });
    const CertificateStores = [{ CertificateStoreId: store.id, Alias: "web" }];
    const Schedule = { ExactlyOnce: { Time: "2026-11-23T01:00:00Z" } };
    const JobIds = await call("add", { CertificateId: id, CertificateStores, Schedule });

    expect(await call("scheduled")).toMatchObject([{ Schedule: { ExactlyOnce: { Time: "2026-11-23T01:00:00Z" } } }]);
    await call("unschedule", { JobIds });

    expect(await call("scheduled")).toEqual([]);
  });

  it("reads stores, and the rules of their types as numbers", async () => {
    const { call, scene } = await start({ storeTypeAnswers: "Specification" });
    const { id } = scene.server.command.addStore({ type: "AWS-ACM", inventoryMinutes: 60 });

    expect(await call("stores")).toMatchObject([{ Id: id, InventorySchedule: { Interval: { Minutes: 60 } } }]);
    expect(await call("type", "AWS-ACM")).toMatchObject([
      { CustomAliasAllowed: 1, PrivateKeyAllowed: 2, EntryParameters: [{ Name: "AWS Region", RequiredWhen: 2 }] },
    ]);
  });
});
