import { expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";

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
  scene.pass(1_000);
  scene.server.command.settle();
  const row = scene.server.command.jobs.history.findLast(({ JobType }) => JobType === "Management");
  Object.assign(row ?? {}, { Message: "openssl -passout 'the entry of this store' ended with 1" });
  expect(await scene.follow(place, job, certificate.desired)).toMatchObject({
    outcome: "Failed",
    message: expect.stringContaining("The orchestrator said: openssl -passout '***' ended with 1"),
  });
});
