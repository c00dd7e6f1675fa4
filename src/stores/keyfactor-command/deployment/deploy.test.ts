import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import { doneButLost } from "../../../../test/servers/keyfactor/index.ts";
import type { KeyfactorCommandTarget } from "../../../crds/index.ts";

const signal = AbortSignal.timeout(120_000);
const deploys = "POST /Enrollment/PFX/Deploy";
const adds = "POST /CertificateStores/Certificates/Add";
const minute = 60_000;

async function enrolled(target: Partial<KeyfactorCommandTarget> = {}, block: object = {}, version = "25.1") {
  const scene = await DeploymentScene.start({ version }, { block });
  const store = scene.addStore({ type: "RFJKS", inventoryMinutes: 1, orchestrator: { pickUpMs: minute } });
  const { desired, held, thumbprint } = await scene.enrolled();
  const wanted: KeyfactorCommandTarget = { storeId: store.id, alias: "web", method: "PfxDeploy", ...target };
  const work = () => scene.server.command.jobs.open().find((job) => job.work.kind === "Add");
  const sent = () => [deploys, adds].map((kind) => scene.server.traffic.count(kind));
  return { scene, store, desired, held, thumbprint, wanted, work, sent };
}

describe("an enrolled PFX", () => {
  it("is deployed at once, with a password, and its job is found although Command does not tell its id", async () => {
    const { scene, desired, held, wanted, work, sent } = await enrolled({ entryParameters: { Owner: "Web" } });
    const place = scene.place({ held }, wanted);
    const job = await scene.submit(place, desired);
    expect(job.ids).toEqual([]);
    expect(sent()).toEqual([1, 0]);
    expect(work()?.work).toMatchObject({
      certificateId: Number(held.id),
      alias: "web",
      overwrite: false,
      parameters: { Owner: "Web" },
      entryPassword: expect.stringMatching(/^.{36}$/),
    });
    const followed = await scene.follow(place, job, desired);
    expect(followed).toMatchObject({ outcome: "Open", reason: "JobSubmitted", job: { ids: [work()?.id] } });
    scene.pass(3 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Ended",
      seen: { remote: { id: "web" } },
    });
  });

  it("has the entry's own password where the user gives one", async () => {
    const { scene, desired, held, wanted, work } = await enrolled({
      entryPassword: { secretRef: { name: "s", key: "k" } },
    });
    // A store type whose entries have passwords.
    const store = scene.addStore({ type: "PEM", orchestrator: { pickUpMs: minute } });
    const secret = (): Buffer => Buffer.from("the entry's");
    await scene.submit(scene.place({ held }, { ...wanted, storeId: store.id }, { secret }), desired);
    expect(work()?.work).toMatchObject({ entryPassword: "the entry's" });
  });

  it("is deployed at a time to come as JobTime; no schedule holds it here", async () => {
    const { scene, desired, held, wanted, work } = await enrolled();
    const runAt = new Date(Date.now() + 60 * minute);
    const place = scene.place({ held }, wanted, { runAt });
    expect(place.keepsTime).toBe(true);
    const job = await scene.submit(place, desired);
    expect(work()?.schedule).toEqual({ ExactlyOnce: { Time: runAt.toISOString() } });
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Open", idleSince: runAt });
  });

  it("is deployed by the obsolete fields with legacyStoreIds, and parameters as a list", async () => {
    const { scene, desired, held, wanted, work, sent } = await enrolled(
      { entryParameters: { Owner: "Web" } },
      { legacyStoreIds: true },
      "9.3",
    );
    await scene.submit(scene.place({ held }, wanted), desired);
    expect(work()?.work).toMatchObject({ alias: "web", overwrite: false, parameters: { Owner: "Web" } });
    expect(sent()).toEqual([1, 0]);
  });

  it("goes as one that Command holds once it is at hand no more, which is told as a warning", async () => {
    const { scene, desired, held, wanted, sent } = await enrolled();
    scene.pass(6 * minute);
    const place = scene.place({ held }, wanted);
    const result = await place.put(desired, await place.observe(desired, signal), signal);
    expect(result).toMatchObject({
      outcome: "Submitted",
      job: { ids: [expect.any(String)] },
      warning: {
        reason: "StagingExpired",
        message:
          "Command has an enrolled PFX at hand for five minutes, and refuses this one (it says: There is no enrolled certificate to deploy.); the certificate goes there as one that Command holds.",
      },
    });
    expect(sent()).toEqual([1, 1]);
  });

  it("that is refused within five minutes is not taken for expired: what Command says is told, and an Add comes after", async () => {
    const { scene, desired, held, wanted, sent } = await enrolled();
    scene.pass(4 * minute);
    const place = scene.place({ held }, wanted);
    const Message = "The alias is not valid for this store.";
    scene.server.inject(({ send }) => send({ status: 400, headers: {}, body: { json: { Message } } }), {
      kind: deploys,
      times: 1,
    });
    const seen = await place.observe(desired, signal);
    await expect(place.put(desired, seen, signal)).rejects.toMatchObject({
      reason: "Refused",
      message: "Command refuses to deploy the enrolled PFX. It says: The alias is not valid for this store.",
    });
    expect(sent()).toEqual([1, 0]);
    await scene.submit(scene.place({ held }, wanted), desired);
    expect(sent()).toEqual([1, 1]);
  });

  it("is sent once: what comes after is an Add, also by another process", async () => {
    const { scene, store, desired, held, wanted, sent } = await enrolled();
    store.orchestrator = { ...store.orchestrator, pickUpMs: 0, outcomes: ["Failure"] };
    const place = scene.place({ held }, wanted);
    const job = await scene.submit(place, desired);
    expect(await scene.follow(place, job, desired)).toMatchObject({ outcome: "Failed", reason: "JobFailed" });
    await scene.submit(scene.place({ held }, wanted), desired);
    expect(sent()).toEqual([1, 1]);
    await scene.submit(await scene.placeElsewhere({ held }, wanted), desired);
    expect(sent()).toEqual([1, 2]);
  });

  it("goes on by an Add where Command made no job for the store", async () => {
    const { scene, store, desired, held, wanted, sent } = await enrolled();
    const place = scene.place({ held }, wanted);
    const seen = await place.observe(desired, signal);
    store.approved = false;
    await expect(place.put(desired, seen, signal)).rejects.toMatchObject({ reason: "JobNotCreated", happened: "no" });
    store.approved = true;
    await scene.submit(scene.place({ held }, wanted), desired);
    expect(sent()).toEqual([1, 1]);
  });

  it("is followed by the inventory alone where several jobs could be its own, which is told", async () => {
    const { scene, store, desired, held, wanted } = await enrolled();
    const place = scene.place({ held }, wanted);
    const job = await scene.submit(place, desired);
    const other = { storeId: store.id, alias: "other" };
    await scene.submit(await scene.placeElsewhere({ held }, other), desired);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Open",
      reason: "JobAmbiguous",
      message: expect.stringMatching(
        /^Several jobs in the certificate store could be this one; the inventory of .* is/,
      ),
    });
    scene.pass(3 * minute);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Ended",
      seen: { note: "Several jobs in the certificate store could be this one; its inventory shows the certificate." },
    });
  });

  it("has left a job where its answer was lost, which is found", async () => {
    const { scene, desired, held, wanted, work } = await enrolled();
    const since = scene.now();
    scene.server.inject(doneButLost("Close"), { kind: deploys, times: 1 });
    await expect(scene.submit(scene.place({ held }, wanted), desired)).rejects.toMatchObject({ happened: "unknown" });
    const again = await scene.placeElsewhere({ held }, wanted);
    expect(await again.observe(desired, signal, { since })).toMatchObject({ job: { ids: [work()?.id] } });
  });
});
