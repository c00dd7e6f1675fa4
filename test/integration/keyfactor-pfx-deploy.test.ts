import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { Client } from "../servers/keyfactor/testing/client.ts";
import { adds, CommandDeployments, patience, target } from "./command-deployments.ts";

const deploys = "POST /Enrollment/PFX/Deploy";
const pfx = { alias: "web", method: "PfxDeploy" };

// Jobs are asked about every few seconds.
vi.setConfig({ testTimeout: 120_000 });

let all: CommandDeployments;
let client: Client;
beforeAll(async () => {
  all = await CommandDeployments.start("command-pfx");
  client = new Client(all.all.server);
});
afterAll(async () => {
  await client.close();
  await all.close();
});

/** Enrols a certificate as the store's account does; it is valid from then on by Command's clock. */
async function enrolled(name: string): Promise<{ readonly id: number; readonly requestId: number }> {
  const Timestamp = new Date().toISOString();
  const body = { Subject: `CN=${name}`, Template: "WebServer", Timestamp, SANs: { dns: [name] } };
  await client.post("/Enrollment/PFX", body, { "x-certificateformat": "STORE" });
  all.agreeOnTime();
  const { certificateId: id = 0, requestId = 0 } = all.all.server.command.enrollments.at(-1) ?? {};
  return { id, requestId };
}

function sent(): number[] {
  return [deploys, adds].map((kind) => all.all.server.traffic.count(kind));
}

describe("C.3 Stores", () => {
  it("a certificate that was just enrolled is deployed once, and proven by the inventory", async () => {
    const store = all.addStore({ orchestrator: { pickUpMs: 3_000, runMs: 3_000 } });
    const [deployed = 0, added = 0] = sent();
    const { id } = await enrolled("pfx.example.com");
    await all.deploy("pfx", [target("java", store, pfx)], { commandCertificate: { id } });
    const record = await all.delivered("pfx", "java");
    expect(record.remote?.id).toBe("web");
    expect(store.contents.get("web")?.hasPrivateKey).toBe(true);
    expect(sent()).toEqual([deployed + 1, added]);
  });

  it("each of several targets is deployed by a request of its own", async () => {
    const stores = [all.addStore(), all.addStore()];
    const [deployed = 0, added = 0] = sent();
    const { id } = await enrolled("both.example.com");
    await all.deploy(
      "both",
      stores.map((store, index) => target(`t${index}`, store, pfx)),
      { commandCertificate: { id } },
    );
    await all.delivered("both", "t0");
    await all.delivered("both", "t1");
    expect(sent()).toEqual([deployed + 2, added]);
  });
});

describe("C.3 RequestId", () => {
  it("alone names what was issued for it", async () => {
    const store = all.addStore();
    const { id, requestId } = await enrolled("request.example.com");
    await all.deploy("request", [target("java", store, pfx)], { commandCertificate: { requestId } });
    await all.delivered("request", "java");
    const held = all.all.server.command.certificate(id);
    expect(store.contents.get("web")?.certificates[0]?.fingerprint).toBe(held?.x509.fingerprint);
  });
});

describe("C.3 JobTime", () => {
  it("a runAt to come goes along, and nothing is held here", async () => {
    const store = all.addStore({ orchestrator: { pickUpMs: "Never" } });
    const { id } = await enrolled("later.example.com");
    const runAt = new Date(Date.now() + 7_200_000).toISOString();
    const spec = { commandCertificate: { id }, schedule: { runAt } };
    await all.deploy("later", [target("java", store, pfx)], spec);
    await eventually("a job to wait for its time", () => all.waiting(store).length === 1, patience);
    const { jobs } = all.all.server.command;
    const job = jobs.waiting().find(({ storeId, work }) => storeId === store.id && work.kind === "Add");
    expect(job?.schedule).toEqual({ ExactlyOnce: { Time: runAt } });
  });
});

describe("C.3 five minutes", () => {
  it("are over: the certificate goes as one that Command holds, and a Warning event says so", async () => {
    const store = all.addStore();
    const [deployed = 0, added = 0] = sent();
    const { id } = await enrolled("expired.example.com");
    all.pass(301_000);
    await all.deploy("expired", [target("java", store, pfx)], { commandCertificate: { id } });
    await all.delivered("expired", "java");
    expect(sent()).toEqual([deployed + 1, added + 1]);
    const told = await eventually("the event", async () => {
      const notes = await all.all.world.told("StagingExpired", "expired");
      if (notes.length === 0) throw new Error("none yet");
      return notes;
    });
    expect(told).toEqual([
      expect.stringMatching(/^Target java: Command has an enrolled PFX at hand for five minutes, and refuses this one/),
    ]);
  });
});
