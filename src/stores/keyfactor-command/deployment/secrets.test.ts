import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import type { OpenJob } from "../../contract.ts";
import { WaitingError } from "../../errors.ts";

const signal = AbortSignal.timeout(120_000);
const entryPassword = { secretRef: { name: "s", key: "entry" } };
const secret = ({ key }: { key: string }): Buffer => Buffer.from(`the ${key} of this store`);
/** All that is sent, in the words of a refusal. */
const repeated = async (method: "CertificateAdd" | "PfxDeploy", kind: string) => {
  const scene = await DeploymentScene.start();
  const store = scene.addStore({ type: "PEM", inventoryMinutes: 10 });
  const certificate = method === "PfxDeploy" ? await scene.enrolled() : await scene.imported();
  const target = { storeId: store.id, alias: "web", entryPassword, method } as const;
  const place = scene.place(certificate, target, { secret });
  const seen = await place.observe(certificate.desired, signal);
  let sent = "";
  scene.server.onRequest(({ body }) => {
    sent = body.toString("utf8").replaceAll('"', "'");
  });
  scene.server.inject(({ send }) => send({ status: 409, headers: {}, body: { json: { Message: sent.slice(-160) } } }), {
    kind,
  });
  const refused = await place.put(certificate.desired, seen, signal).then(
    () => "",
    (error: unknown) => String(error),
  );
  return { refused, sent };
};

it("an Add that is refused with its own passwords in the answer tells none of them", async () => {
  const { refused, sent } = await repeated("CertificateAdd", "POST /CertificateStores/Certificates/Add");
  expect(sent).toContain("'EntryPassword':{'SecretValue':'the entry of this store'},'PfxPassword':'Aa1-");
  expect(refused).toContain("'PfxPassword':'***'");
  expect(refused).not.toContain("the entry of this store");
  expect(refused).not.toContain("Aa1-");
});

it("nor does a PFX Deploy", async () => {
  const { refused, sent } = await repeated("PfxDeploy", "POST /Enrollment/PFX/Deploy");
  expect(sent).toContain("'Password':'the entry of this store'");
  expect(refused).toContain("'Password':'***'");
});

it("nor does a job that failed with them in what its orchestrator said", async () => {
  const scene = await DeploymentScene.start();
  const store = scene.addStore({ type: "PEM", inventoryMinutes: 10, orchestrator: { outcomes: ["Failure"] } });
  const certificate = await scene.imported();
  const place = scene.place(certificate, { storeId: store.id, alias: "web", entryPassword }, { secret });
  const job = await scene.submit(place, certificate.desired);
  said(scene, "openssl -passout 'the entry of this store' ended with 1");
  expect(await scene.follow(place, job, certificate.desired)).toMatchObject({
    outcome: "Failed",
    message: expect.stringContaining("The orchestrator said: openssl -passout '***' ended with 1"),
  });
});

it("nor in part, where what its orchestrator said is cut within one", async () => {
  const scene = await DeploymentScene.start();
  const store = scene.addStore({ type: "PEM", inventoryMinutes: 10, orchestrator: { outcomes: ["Failure"] } });
  const certificate = await scene.imported();
  const place = scene.place(certificate, { storeId: store.id, alias: "web", entryPassword }, { secret });
  const job = await scene.submit(place, certificate.desired);
  said(scene, `${"x".repeat(150)} the entry of this store`);
  const followed = await scene.follow(place, job, certificate.desired);
  expect(followed).toMatchObject({ outcome: "Failed", message: expect.stringMatching(/x \*\*\*$/) });
});

describe("a removal that failed with a parameter from a Secret in what its orchestrator said", () => {
  const removal = async () => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type: "IISU", inventoryMinutes: 1 });
    const certificate = await scene.imported();
    const target = { storeId: store.id, secretEntryParameters: { IPAddress: { name: "s", key: "ip" } } };
    const parameters = { entryParameters: { SiteName: "web" } };
    const place = scene.place(certificate, { ...target, ...parameters }, { secret: () => Buffer.from("10.0.0.1") });
    await scene.submit(place, certificate.desired);
    scene.pass(180_000);
    scene.server.command.settle();
    store.orchestrator = { ...store.orchestrator, outcomes: ["Failure"] };
    const remove = (values: ReadonlyMap<string, Buffer> | undefined, job?: OpenJob) => {
      const readSecret = (): Promise<ReadonlyMap<string, Buffer>> =>
        values === undefined
          ? Promise.reject(new WaitingError("SecretMissing", "there is none"))
          : Promise.resolve(values);
      return scene.store.remove(place.key, certificate.desired.mark, { readSecret, job }, signal);
    };
    const values = new Map([["ip", Buffer.from("10.0.0.1")]]);
    const asked = await remove(values);
    if (asked.job === undefined) throw new Error("it gave no job");
    said(scene, "no binding at 10.0.0.1");
    const job = scene.opened(asked.job);
    return { remove: (given: ReadonlyMap<string, Buffer> | undefined) => remove(given, job), values };
  };

  it("does not tell it", async () => {
    const { remove, values } = await removal();
    expect(await remove(values)).toMatchObject({
      failed: {
        reason: "JobFailed",
        message: expect.stringMatching(/ failed: the orchestrator said: no binding at \*\*\*$/),
      },
    });
  });

  it.each([
    ["the Secret", undefined],
    ["its key", new Map<string, Buffer>()],
  ])("tells nothing of what was said once %s is gone", async (_, values) => {
    const { remove } = await removal();
    expect(await remove(values)).toMatchObject({
      failed: {
        message: expect.stringMatching(
          / said: nothing that may be shown, since a Secret of its entry parameters is gone\.$/,
        ),
      },
    });
  });
});

/** Has the orchestrator say so of the job that ran last. */
function said(scene: DeploymentScene, Message: string): void {
  scene.pass(1_000);
  scene.server.command.settle();
  const row = scene.server.command.jobs.history.findLast(({ JobType }) => JobType === "Management");
  Object.assign(row ?? {}, { Message });
}
