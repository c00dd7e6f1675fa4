import { describe, expect, it } from "vitest";
import { DeploymentScene } from "../../../../test/fixtures/command-deployment.ts";
import type { KeyfactorCommandTarget } from "../../../crds/index.ts";
import type { PlaceContext } from "../../contract.ts";
import type { NewStore } from "../../../../test/servers/keyfactor/command.ts";

const signal = AbortSignal.timeout(120_000);
const inventoried = { inventoryMinutes: 10 };

describe("a place in a certificate store", () => {
  it("holds nothing until a job has brought the certificate, and an inventory has shown it", async () => {
    const scene = await DeploymentScene.start();
    const orchestrator = { pickUpMs: 60_000, runMs: 5_000 };
    const store = scene.addStore({ type: "RFJKS", path: "/opt/app/store.jks", ...inventoried, orchestrator });
    const { desired, held, thumbprint } = await scene.imported();
    const place = scene.place({ held }, { storeId: store.id, alias: "web" });
    expect(await place.observe(desired, signal)).toEqual({ state: "Absent" });

    const job = await scene.submit(place, desired);
    expect(job).toMatchObject({ ids: [expect.any(String)], state: `Waiting certificate=${thumbprint}` });
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Open",
      reason: "JobSubmitted",
      message: "The job for /opt/app/store.jks on app1 waits for the orchestrator that serves app1 to pick it up.",
      idleSince: job.submittedAt,
    });
    scene.pass(62_000);
    const running = await scene.follow(place, job, desired);
    expect(running).toMatchObject({ outcome: "Open", reason: "JobRunning" });
    expect(running).not.toHaveProperty("idleSince");
    scene.pass(5_000);
    const ended = await scene.follow(place, job, desired);
    expect(ended).toMatchObject({ outcome: "Open", reason: "AwaitingInventory" });
    scene.pass(660_000);
    const next = ended.outcome === "Open" ? scene.opened(ended.job) : job;
    expect(await scene.follow(place, next, desired)).toMatchObject({
      outcome: "Ended",
      seen: { state: "Present", remote: { id: "web", version: thumbprint }, differs: [], holders: { ours: true } },
    });
  });

  it("names the orchestrator that was last at the store when nobody picks a job up", async () => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type: "RFJKS", ...inventoried, agent: "uo7" });
    const { desired, held } = await scene.imported();
    const place = scene.place({ held }, { storeId: store.id, alias: "web" });
    await scene.submit(place, desired);
    scene.pass(1_000);
    scene.server.command.settle();
    store.orchestrator = { ...store.orchestrator, pickUpMs: "Never" };
    const job = await scene.submit(scene.place({ held }, { storeId: store.id, alias: "other" }), desired);
    scene.pass(1_860_000);
    expect(await scene.follow(place, job, desired)).toMatchObject({
      outcome: "Open",
      message: expect.stringContaining("waits for the orchestrator uo7 to pick it up."),
    });
  });

  it("is another one under another alias, and for another certificate where the store names its entries", async () => {
    const scene = await DeploymentScene.start();
    const one = await scene.imported("one.example.com");
    const other = await scene.imported("other.example.com");
    const storeId = "FDE12AA7-6643-43DB-88E8-5C91C5CE78B3";
    const named = scene.place(one, { storeId, alias: "web" });
    expect(named.address).toMatch(
      /^127\.0\.0\.1:\d+\/keyfactorapi\/certificatestores\/fde12aa7-6643-43db-88e8-5c91c5ce78b3\/web$/,
    );
    expect(scene.place(other, { storeId, alias: "web" }).spots).toEqual(named.spots);
    const [thumb, same, another] = [one, one, other].map((held) => scene.place(held, { storeId }));
    expect(thumb?.address).toMatch(/fde12aa7-6643-43db-88e8-5c91c5ce78b3$/);
    expect(thumb?.spots).toEqual(same?.spots);
    expect(thumb?.spots).not.toEqual(another?.spots);
  });
});

describe("what is asked for", () => {
  async function asked(
    type: string,
    target: Partial<KeyfactorCommandTarget>,
    key?: "Keyless",
    more: Partial<NewStore> = {},
    known: Pick<PlaceContext, "privateKey"> = {},
  ) {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type, ...inventoried, orchestrator: { pickUpMs: "Never" }, ...more });
    const { desired, held } = await scene.imported("web.example.com", key);
    const secret = ({ key }: { key: string }): Buffer => Buffer.from(`the ${key}`);
    await scene.submit(scene.place({ held }, { storeId: store.id, ...target }, { secret, ...known }), desired);
    const job = scene.server.command.jobs.open().find(({ work }) => work.kind === "Add");
    return { certificateId: Number(held.id), work: job?.work, job };
  }

  it("is one certificate in one store, with its key where the store takes one, at once", async () => {
    const { certificateId, work, job } = await asked("RFJKS", { alias: "web" });
    expect(work).toMatchObject({ kind: "Add", certificateId, alias: "web", overwrite: false, includePrivateKey: true });
    expect(job?.schedule).toBeNull();
  });

  it("is without key where Command has none, or the user says so, and then has no password", async () => {
    expect((await asked("RFJKS", { alias: "web" }, "Keyless")).work).toMatchObject({ includePrivateKey: false });
    const { work } = await asked("RFJKS", { alias: "web", includePrivateKey: false });
    expect(work).toMatchObject({ includePrivateKey: false, pfxPassword: undefined });
  });

  it("is without key with privateKey: Exclude, also where Command has it", async () => {
    const { work } = await asked("RFJKS", { alias: "web" }, undefined, {}, { privateKey: "Exclude" });
    expect(work).toMatchObject({ includePrivateKey: false, pfxPassword: undefined });
  });

  it("has a password for the PFX of its own, or the user's", async () => {
    const first = (await asked("RFJKS", { alias: "web" })).work;
    const second = (await asked("RFJKS", { alias: "web" })).work;
    const passwords = [first, second].map((work) => (work?.kind === "Add" ? work.pfxPassword : undefined));
    expect(passwords[0]).toMatch(/^.{36}$/);
    expect(passwords[0]).not.toBe(passwords[1]);
    const { work } = await asked("RFJKS", { alias: "web", pfxPasswordSecretRef: { name: "s", key: "pfx" } });
    expect(work).toMatchObject({ pfxPassword: "the pfx" });
  });

  it("has entry parameters, also from Secrets", async () => {
    const target = {
      entryParameters: { SiteName: "web" },
      secretEntryParameters: { IPAddress: { name: "s", key: "ip" } },
    };
    expect((await asked("IISU", target)).work).toMatchObject({ parameters: { SiteName: "web", IPAddress: "the ip" } });
  });

  it("has a password of the entry, a PAM provider's, or none at all", async () => {
    const given = await asked("PEM", { alias: "web", entryPassword: { secretRef: { name: "s", key: "entry" } } });
    expect(given.work).toMatchObject({ entryPassword: { SecretValue: "the entry" } });
    const pam = { providerId: 3, parameters: { SecretId: "7" } };
    const byPam = await asked("PEM", { alias: "web", entryPassword: { pam } });
    expect(byPam.work).toMatchObject({ entryPassword: { Provider: 3, Parameters: { SecretId: "7" } } });
    expect((await asked("PEM", { alias: "web" })).work).not.toHaveProperty("entryPassword");
  });

  it("begins at a time to come with submit: Early, and may be taken back until then", async () => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type: "RFJKS", ...inventoried });
    const { desired, held } = await scene.imported();
    const runAt = new Date(Date.now() + 3_600_000);
    const place = scene.place({ held }, { storeId: store.id, alias: "web", submit: "Early" }, { runAt });
    expect(place.keepsTime).toBe(true);
    const job = await scene.submit(place, desired);
    expect(scene.server.command.jobs.open().at(-1)?.schedule).toEqual({ ExactlyOnce: { Time: runAt.toISOString() } });
    scene.pass(60_000);
    const waits = await scene.follow(place, job, desired);
    expect(waits).toMatchObject({ outcome: "Open", idleSince: runAt });
    expect(waits).not.toHaveProperty("outdated");
    for (const [submit, at] of [
      ["Early", new Date(runAt.getTime() + 1_000)],
      ["OnTime", runAt],
      ["Early", undefined],
    ] as const) {
      const other = scene.place({ held }, { storeId: store.id, alias: "web", submit }, { runAt: at });
      expect(await scene.follow(other, job, desired)).toMatchObject({ outcome: "Open", outdated: true });
    }
    expect(await place.withdraw?.(job, signal)).toBe(true);
    scene.pass(7_200_000);
    const old = { ...job, submittedAt: new Date(Date.now() - 60_000) };
    expect(await scene.follow(place, old, desired)).toMatchObject({ outcome: "Failed", reason: "JobFailed" });
    expect(store.contents.size).toBe(0);
  });
});

describe("a store that would refuse it is asked nothing", () => {
  it.each<[string, string, Partial<KeyfactorCommandTarget>, Partial<NewStore>, string]>([
    ["it is not approved", "RFJKS", { alias: "web" }, { approved: false }, "StoreNotApproved"],
    ["an alias is missing", "RFJKS", {}, {}, "AliasRequired"],
    ["an alias is too much", "WinCert", { alias: "web" }, {}, "AliasForbidden"],
    [
      "a key is missing",
      "AWS-ACM",
      { includePrivateKey: false, entryParameters: { "AWS Region": "eu" } },
      {},
      "KeyRequired",
    ],
    ["a parameter is missing", "IISU", { entryParameters: { SiteName: "web" } }, {}, "EntryParameterMissing"],
    [
      "a password is too much",
      "RFJKS",
      { alias: "web", entryPassword: { secretRef: { name: "s", key: "k" } } },
      {},
      "EntryPasswordForbidden",
    ],
  ])("since %s", async (_, type, target, more, reason) => {
    const scene = await DeploymentScene.start();
    const store = scene.addStore({ type, ...inventoried, ...more });
    const { desired, held } = await scene.imported();
    const place = scene.place({ held }, { storeId: store.id, ...target });
    const seen = await place.observe(desired, signal);
    expect(seen).toMatchObject({ state: "Absent", obstacle: { reason } });
    await expect(place.put(desired, seen, signal)).rejects.toMatchObject({ name: "BlockedError", reason });
    expect(scene.server.traffic.count("POST /CertificateStores/Certificates/Add")).toBe(0);
  });

  it("reads the rules of store types that come by number, too", async () => {
    const scene = await DeploymentScene.start({ storeTypeAnswers: "Specification" });
    const store = scene.addStore({ type: "IISU", ...inventoried });
    const { desired, held } = await scene.imported();
    const place = scene.place({ held }, { storeId: store.id, entryParameters: { SiteName: "web" } });
    expect(await place.observe(desired, signal)).toMatchObject({ obstacle: { reason: "EntryParameterMissing" } });
  });

  it("is told that there is no such store", async () => {
    const scene = await DeploymentScene.start();
    const { desired, held } = await scene.imported();
    const place = scene.place({ held }, { storeId: "fde12aa7-6643-43db-88e8-5c91c5ce78b3", alias: "web" });
    await expect(place.observe(desired, signal)).rejects.toMatchObject({ reason: "CertificateStoreMissing" });
  });
});

it.each(["10.5", "11.3"])("works with the names and the casing of version %s", async (version) => {
  const scene = await DeploymentScene.start({ version });
  const store = scene.addStore({ type: "RFJKS", inventoryMinutes: 1 });
  const { desired, held, thumbprint } = await scene.imported();
  const place = scene.place({ held }, { storeId: store.id, alias: "web" });
  const job = await scene.submit(place, desired);
  scene.pass(61_000);
  expect(await scene.follow(place, job, desired)).toMatchObject({
    outcome: "Ended",
    seen: { remote: { id: "web", version: thumbprint } },
  });
});
