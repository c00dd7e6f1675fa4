import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";

const signal = AbortSignal.timeout(60_000);
const adds = "POST /CertificateStores/Certificates/Add";

describe("a place in a certificate store", () => {
  it("holds nothing until a job has brought the certificate and an inventory shows it", async () => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({
      type: "RFJKS",
      inventoryMinutes: 10,
      orchestrator: { pickUpMs: 60_000, runMs: 5_000 },
    });
    const { desired, held, thumbprint } = await scene.imported();
    const place = scene.place({ held }, { storeId: store.id, alias: "web" });
    expect(await place.observe(desired, signal)).toEqual({ state: "Absent" });

    const job = await scene.submit(place, desired);
    expect(job).toMatchObject({ ids: [expect.any(String)], state: `Waiting certificate=${thumbprint}` });
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Open",
      reason: "JobSubmitted",
      message: `The job for ${store.path} on app1 waits for the orchestrator that serves app1 to pick it up.`,
      idleSince: job.submittedAt,
    });
    scene.pass(62_000);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open", reason: "JobRunning" });
    scene.pass(5_000);
    const waiting = await scene.follow(place, job, desired);
    expect(waiting).toMatchObject({ outcome: "Open", reason: "AwaitingInventory" });
    scene.pass(660_000);
    const next = waiting.outcome === "Open" ? scene.opened(waiting.job) : job;
    expect(await scene.follow(place, next, desired)).toMatchObject({
      outcome: "Ended",
      seen: { state: "Present", remote: { id: "web", version: thumbprint }, differs: [], holders: { ours: true } },
    });
    expect(scene.server.traffic.count(adds)).toBe(1);
  });
});
