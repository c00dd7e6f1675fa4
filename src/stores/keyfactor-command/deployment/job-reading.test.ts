import { expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import { emptyUnauthorized } from "../../../../test/servers/keyfactor/index.ts";

const signal = AbortSignal.timeout(60_000);

it("a 401 from the history of jobs alone is a right that lacks: it shuts no store", async () => {
  const scene = await DeploymentScene.start();
  const store = scene.addStore({
    type: "RFJKS",
    inventoryMinutes: 10,
    orchestrator: { pickUpMs: 1_000, runMs: 1_000 },
  });
  const { desired, held } = await scene.imported();
  const place = scene.place({ held }, { storeId: store.id, alias: "web" });
  const job = await scene.submit(place, desired);
  scene.server.inject(emptyUnauthorized, { kind: "GET /OrchestratorJobs/JobHistory" });
  scene.server.inject(emptyUnauthorized, { kind: "GET /OrchestratorJobs/ScheduledJobs" });
  scene.pass(60_000);
  expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open" });
  await scene.store.check(signal);
  scene.server.inject(emptyUnauthorized);
  await expect(scene.store.check(signal)).rejects.toMatchObject({ reason: "CredentialsRefused" });
});
