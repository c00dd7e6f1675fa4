import { createPrivateKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { issue } from "../fixtures/pki.ts";
import { allPermissions, type Certificate, Hold, type Store } from "../servers/keyfactor/index.ts";
import { CommandWorld, thumbprintOf } from "./command-world.ts";
import { leafAndIssuer, named } from "./world.ts";

const imports = "POST /Certificates/Import";
const roles = [
  { id: 1, name: "Administrator", permissions: allPermissions },
  { id: 7, name: "Web Team", permissions: [] },
  { id: 8, name: "Database Team", permissions: [] },
];

let all: CommandWorld;
let store: Store;
beforeAll(async () => {
  all = await CommandWorld.start("command-import", { roles, metadataFields: ["AppOwner", "Ticket"] });
  // Whose jobs nobody picks up, so that they can be looked at.
  const orchestrator = { pickUpMs: "Never" as const };
  store = all.server.command.addStore({ type: "RFJKS", path: "/opt/app/web.jks", orchestrator });
});
afterAll(() => all.close());

/** What Command has of an import, by its record. */
async function inCommand(name: string): Promise<Certificate> {
  const { id } = (await all.world.import(name)).status?.delivery?.remote ?? {};
  const found = all.server.command.certificate(Number(id));
  if (found === undefined) throw new Error(`Command has no certificate ${id}`);
  return found;
}

function held(thumbprint: string): Certificate | undefined {
  return all.server.command.certificates.byThumbprint(thumbprint);
}

/** How many imports were sent while `work` ran. */
async function importsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = all.server.traffic.count(imports);
  await work();
  return all.server.traffic.count(imports) - before;
}

function messageOf({ status }: Awaited<ReturnType<CommandWorld["ready"]>>): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.message;
}

describe("C.1 Certificate, Password", () => {
  it("a Secret's certificate goes with its key, under a password of its own", async () => {
    const leaf = await all.source("web");
    await all.import("web");
    await all.ready("web");
    const found = held(await thumbprintOf(leaf));
    expect(found?.key?.equals(createPrivateKey(leaf.keyPem))).toBe(true);
  });

  it("privateKey: Exclude goes as PEM, the leaf first", async () => {
    await all.source("keyless", "keyless.example.com");
    await all.import("keyless", {}, { privateKey: "Exclude" });
    await all.ready("keyless");
    const found = await inCommand("keyless");
    expect(found.facts.IssuedCN).toBe("keyless.example.com");
    expect(found.key).toBeUndefined();
  });

  it("a ConfigMap's certificate, the chain before the leaf, is imported as the leaf", async () => {
    const [leaf, issuer] = await leafAndIssuer("public.example.com");
    const data = { "tls.crt": issuer.pem + leaf.pem };
    await all.world.apply({ ...named("v1", "ConfigMap", "public", all.world.home), data });
    await all.import("public", {}, { source: { configMapRef: { name: "public" } } });
    await all.ready("public");
    expect((await inCommand("public")).facts.Thumbprint).toBe(await thumbprintOf(leaf));
  });

  it("pfxProfile: LegacyDES is what an old Windows reads", async () => {
    await all.store("windows", { pfxProfile: "LegacyDES" });
    await all.source("legacy", "legacy.example.com");
    await all.import("legacy", {}, { storeRef: { name: "windows" } });
    await all.ready("legacy");
    expect((await inCommand("legacy")).key).toBeDefined();
  });
});

describe("C.1 Metadata", () => {
  it("goes with the import, and is kept current without another one", async () => {
    await all.source("meta", "meta.example.com");
    await all.import("meta", { metadata: { AppOwner: "Web" } });
    await all.ready("meta");
    const found = await inCommand("meta");
    expect(Object.fromEntries(found.metadata)).toEqual({ AppOwner: "Web" });

    const sent = await importsDuring(async () => {
      found.metadata.set("Ticket", "INC-1");
      await all.import("meta", { metadata: { AppOwner: "Data" } });
      await eventually("the metadata to change", () => found.metadata.get("AppOwner") === "Data");
      await all.ready("meta");
    });
    expect(sent).toBe(0);
    expect(found.metadata.get("Ticket")).toBe("INC-1");
  });

  it("that somebody else has changed is repaired at the next look", async () => {
    await all.source("drift", "drift.example.com");
    await all.import("drift", { metadata: { AppOwner: "Web" } });
    await all.ready("drift");
    const found = await inCommand("drift");
    found.metadata.set("AppOwner", "Nobody");
    await all.look("drift", "1");
    await eventually("the metadata to be repaired", () => found.metadata.get("AppOwner") === "Web");
  });

  it("of a field that Command lacks is told before anything is sent", async () => {
    const leaf = await all.source("field", "field.example.com");
    const sent = await importsDuring(async () => {
      await all.import("field", { metadata: { Room: "12" } });
      const found = await all.ready("field", "MetadataFieldMissing");
      expect(messageOf(found)).toContain("Command has no metadata field Room; create it there");
    });
    expect(sent).toBe(0);
    expect(held(await thumbprintOf(leaf))).toBeUndefined();
  });
});

describe("C.1 Owner Role Id, Owner Role Name", () => {
  it("the owner is named by id or by name, and changed without another import", async () => {
    await all.source("owned", "owned.example.com");
    await all.import("owned", { ownerRole: { name: "Web Team" } });
    await all.ready("owned");
    const found = await inCommand("owned");
    expect(found.ownerRoleId).toBe(7);

    const sent = await importsDuring(async () => {
      await all.import("owned", { ownerRole: { id: 8 } });
      await eventually("the owner to change", () => found.ownerRoleId === 8);
    });
    expect(sent).toBe(0);
  });

  it("a role that does not exist is refused in Command's words", async () => {
    await all.source("role", "role.example.com");
    await all.import("role", { ownerRole: { name: "Nobody" } });
    const found = await all.ready("role", "Refused");
    expect(messageOf(found)).toContain("It says: The owner role does not exist.");
    // It is tried again now and then, which other tests would count.
    await all.world.delete("certificateimport", "role");
  });

  it("before 24.4 is told before anything is sent", async () => {
    const older = await all.installation("older", { version: "11.5", roles });
    await all.source("early", "early.example.com");
    await all.import("early", { ownerRole: { id: 7 } }, { storeRef: { name: "older" } });
    const found = await all.ready("early", "VersionTooOld");
    expect(messageOf(found)).toContain("ownerRole needs Command 24.4 or later, and this is 11.5.0.0");
    expect(older.traffic.count(imports)).toBe(0);
  });
});

describe("C.1 Store Ids, Store Types, Schedule", () => {
  it("go with the import that first brings a certificate, and with none after it", async () => {
    const runAt = "2035-01-02T03:04:05Z";
    const storeTypes = [{ storeTypeId: store.type.id, alias: "web", overwrite: false }];
    await all.source("to-stores", "stores.example.com");
    await all.import("to-stores", { deployTo: { stores: [{ storeId: store.id }], storeTypes, runAt } });
    const { status } = await all.ready("to-stores");
    expect(status?.keyfactorCommand).toMatchObject({ deployTo: "Submitted", importStatus: 1, jobStatus: 1 });
    const { id } = await inCommand("to-stores");
    const jobs = all.server.command.jobs.open().filter(({ storeId }) => storeId === store.id);
    expect(jobs).toMatchObject([
      {
        work: {
          kind: "Add",
          certificateId: id,
          alias: "web",
          overwrite: false,
          includePrivateKey: true,
          parameters: {},
        },
        schedule: { ExactlyOnce: { Time: "2035-01-02T03:04:05.000Z" } },
      },
    ]);

    const sent = await importsDuring(() => all.look("to-stores", "1"));
    expect(sent).toBe(0);
    expect((await all.world.import("to-stores")).status?.keyfactorCommand?.deployTo).toBe("Submitted");
  });

  it("that need properties get them", async () => {
    const windows = all.server.command.addStore({ type: "IISU", orchestrator: { pickUpMs: "Never" } });
    const properties = [
      { name: "SiteName", value: "Default Web Site" },
      { name: "IPAddress", value: "*" },
    ];
    const storeTypes = [{ storeTypeId: windows.type.id, properties }];
    await all.source("iis", "iis.example.com");
    await all.import("iis", { deployTo: { stores: [{ storeId: windows.id }], storeTypes } });
    const { status } = await all.ready("iis");
    expect(status?.keyfactorCommand?.invalidStores).toBeUndefined();
    const jobs = all.server.command.jobs.open().filter(({ storeId }) => storeId === windows.id);
    expect(jobs).toMatchObject([{ work: { parameters: { SiteName: "Default Web Site", IPAddress: "*" } } }]);
  });
});

describe("C.1 Import Status, Invalid Key Stores, Job Status, Thumbprint", () => {
  it("are shown as Command tells them, with the id that its inventory has for the thumbprint", async () => {
    const leaf = await all.source("told", "told.example.com");
    await all.import("told", { deployTo: { stores: [{ storeId: store.id }] } });
    const { status } = await all.ready("told");
    const thumbprint = await thumbprintOf(leaf);
    const id = held(thumbprint)?.id;
    expect(status?.delivery?.remote).toMatchObject({ id: String(id), version: thumbprint });
    expect(status?.keyfactorCommand).toEqual({
      certificateId: id,
      importStatus: 1,
      jobStatus: 2,
      deployTo: "Submitted",
      invalidStores: [
        {
          storeId: store.id,
          clientMachine: "app1",
          storePath: "/opt/app/web.jks",
          reasonCode: 3,
          message: expect.stringMatching(/alias/i),
        },
      ],
    });
  });
});

describe("C.1 permission", () => {
  it("to import that is missing is named, and the import goes out once it is granted", async () => {
    const permissions = allPermissions.filter((one) => one !== "/certificates/import/") as string[];
    await all.installation("poor", { roles: [{ id: 1, name: "Administrator", permissions }] });
    await all.source("denied", "denied.example.com");
    await all.import("denied", {}, { storeRef: { name: "poor" } });
    const found = await all.ready("denied", "AccessDenied");
    expect(messageOf(found)).toContain("grant a role of it the access rule /certificates/import/ in Command");
    permissions.push("/certificates/import/");
    await all.ready("denied");
  });
});

describe("C.1 Analyze", () => {
  it("preflight: Analyze has Command read the file first", async () => {
    await all.source("analyzed", "analyzed.example.com");
    const before = all.server.traffic.count("POST /Certificates/Analyze");
    await all.import("analyzed", { preflight: "Analyze" });
    await all.ready("analyzed");
    expect(all.server.traffic.count("POST /Certificates/Analyze") - before).toBe(1);
  });
});

describe("never twice", () => {
  it("a burst of events while an import is under way sends it once", async () => {
    await all.source("burst", "burst.example.com");
    const hold = new Hold("Before");
    const fault = all.server.inject(hold.fault, { kind: imports, times: 1 });
    const sent = await importsDuring(async () => {
      await all.import("burst");
      await hold.reached;
      for (let round = 0; round < 5; round += 1) {
        await all.import("burst", { metadata: { Ticket: `INC-${round}` } });
      }
      hold.release();
      await eventually("the last metadata to be there", async () => {
        return (await inCommand("burst").catch(() => undefined))?.metadata.get("Ticket") === "INC-4";
      });
      await all.ready("burst");
    });
    expect(sent).toBe(1);
    all.server.heal(fault);
  });

  it("what is in Command already is not imported", async () => {
    const leaf = await issue({ subject: "CN=there.example.com", dnsNames: ["there.example.com"] });
    await all.world.source("there", leaf);
    all.server.command.addCertificate(leaf.pem);
    const sent = await importsDuring(async () => {
      await all.import("there", {}, { privateKey: "Exclude" });
      await all.ready("there");
    });
    expect(sent).toBe(0);
  });

  it("adoptionPolicy: Never leaves what others have imported alone", async () => {
    const leaf = await issue({ subject: "CN=theirs.example.com", dnsNames: ["theirs.example.com"] });
    await all.world.source("theirs", leaf);
    const { metadata } = all.server.command.addCertificate(leaf.pem);
    const sent = await importsDuring(async () => {
      await all.import("theirs", { metadata: { AppOwner: "Web" } }, { adoptionPolicy: "Never" });
      await all.ready("theirs", "NotAdopted");
    });
    expect(sent).toBe(0);
    expect(metadata.size).toBe(0);
  });
});
