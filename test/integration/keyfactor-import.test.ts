import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { doneButLost } from "../servers/keyfactor/index.ts";
import type { Certificate } from "../servers/keyfactor/index.ts";
import { allPermissions } from "../servers/keyfactor/permissions.ts";
import { CommandWorld, thumbprintOf } from "./command-world.ts";

const imports = "POST /Certificates/Import";
const roles = [
  { id: 1, name: "Administrator", permissions: allPermissions },
  { id: 7, name: "Web Team", permissions: [] },
  { id: 8, name: "Database Team", permissions: [] },
];

let all: CommandWorld;
beforeAll(async () => {
  all = await CommandWorld.start("command-import", { roles, metadataFields: ["AppOwner", "Ticket"] });
});
afterAll(() => all.close());

/** What Command has of an import, by its record. */
async function inCommand(name: string): Promise<Certificate | undefined> {
  const { id } = (await all.world.import(name)).status?.delivery?.remote ?? {};
  return all.server.command.certificate(Number(id));
}

describe("C.1 Certificate", () => {
  it("a Secret's certificate goes with its key, and its id in Command is found by its thumbprint", async () => {
    const leaf = await all.source("web");
    await all.import("web");
    const { status } = await all.ready("web");

    const thumbprint = await thumbprintOf(leaf);
    const held = all.server.command.certificates.byThumbprint(thumbprint);
    expect(held?.key).toBeDefined();
    expect(status?.delivery?.remote).toMatchObject({ id: String(held?.id), version: thumbprint });
    expect(status?.keyfactorCommand).toEqual({ certificateId: held?.id, importStatus: 1, jobStatus: 1 });
  });

  it("privateKey: Exclude goes as PEM, the leaf first", async () => {
    await all.source("keyless", "keyless.example.com");
    await all.import("keyless", {}, { privateKey: "Exclude" });
    await all.ready("keyless");
    const held = await inCommand("keyless");
    expect(held?.facts.IssuedCN).toBe("keyless.example.com");
    expect(held?.key).toBeUndefined();
  });
});

describe("never twice", () => {
  it("an answer that is lost after the import was done is found by a look, and exactly one import is sent", async () => {
    const leaf = await all.source("lost", "lost.example.com");
    const fault = all.server.inject(doneButLost("Close"), { kind: imports, times: 1 });
    const before = all.server.traffic.count(imports);
    await all.store("quick", {}, { spec: { timeout: "1s" } });
    await all.import("lost", {}, { storeRef: { name: "quick" } });
    await eventually("the import to be lost", () => fault.hits === 1);
    const { status } = await all.ready("lost", "Delivered", 60_000);
    expect(status?.delivery?.remote?.version).toBe(await thumbprintOf(leaf));
    expect(all.server.traffic.count(imports) - before).toBe(1);
  }, 90_000);
});
