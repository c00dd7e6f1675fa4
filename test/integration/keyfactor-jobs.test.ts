import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { NewStore } from "../servers/keyfactor/command.ts";
import type { Outcome, Store } from "../servers/keyfactor/model/store.ts";
import { CommandDeployments, target } from "./command-deployments.ts";

// Jobs are asked about every few seconds.
vi.setConfig({ testTimeout: 120_000 });

let all: CommandDeployments;
beforeAll(async () => {
  all = await CommandDeployments.start("command-jobs");
});
afterAll(() => all.close());

const iis = { entryParameters: { SiteName: "web", IPAddress: "*" } };

/** What becomes of a target in a store of a type, and what its record tells of it in the end. */
interface Story {
  readonly name: string;
  readonly type: string;
  readonly block?: { readonly [name: string]: unknown };
  readonly store?: Partial<NewStore>;
  readonly outcomes?: readonly Outcome[];
  readonly phase: string;
  readonly reason: string;
  readonly says?: string;
}

const web = { alias: "web" };
const never = { orchestrator: { pickUpMs: "Never" } } as const;
const done = { phase: "Delivered", reason: "Delivered" };
const always = (outcome: Outcome): Outcome[] => Array.from({ length: 50 }, () => outcome);

const stories: readonly Story[] = [
  // Go well: one of each type, with what their rules ask for.
  { name: "java", type: "RFJKS", block: web, ...done },
  { name: "iis", type: "IISU", block: iis, ...done },
  { name: "vault", type: "AKV", block: web, ...done },
  { name: "f5", type: "F5-SL-REST", block: web, ...done },
  { name: "windows", type: "WinCert", ...done },
  { name: "retried", type: "RFJKS", block: web, outcomes: ["WillRetry"], ...done },
  { name: "warned-and-there", type: "AKV", block: web, outcomes: ["WarningPlaced"], ...done },
  { name: "uninventoried", type: "WinCert", store: { inventoryMinutes: undefined }, ...done },
  { name: "by-job", type: "RFJKS", block: { ...web, verify: "JobHistory" }, ...done },
  { name: "keyless", type: "F5-SL-REST", block: { ...web, includePrivateKey: false }, ...done },
  // Are refused before anything is sent.
  { name: "no-alias", type: "RFJKS", phase: "Blocked", reason: "AliasRequired", says: "set alias" },
  {
    name: "an-alias",
    type: "WinCert",
    block: web,
    phase: "Blocked",
    reason: "AliasForbidden",
    says: "leave alias out",
  },
  { name: "no-site", type: "IISU", phase: "Blocked", reason: "EntryParameterMissing", says: "SiteName, IPAddress" },
  {
    name: "no-key",
    type: "IISU",
    block: { ...iis, includePrivateKey: false },
    phase: "Blocked",
    reason: "KeyRequired",
    says: "keeps it back",
  },
  {
    name: "unapproved",
    type: "AKV",
    block: web,
    store: { approved: false },
    phase: "Blocked",
    reason: "StoreNotApproved",
    says: "approve it in Command",
  },
  // Fail, in their orchestrator's words.
  {
    name: "fails",
    type: "RFJKS",
    block: web,
    outcomes: always("Failure"),
    phase: "Failed",
    reason: "JobFailed",
    says: "could not reach the store",
  },
  {
    name: "fails-too",
    type: "F5-SL-REST",
    block: web,
    outcomes: always("Failure"),
    phase: "Failed",
    reason: "JobFailed",
    says: "could not reach the store",
  },
  // Warn, and nothing is there.
  {
    name: "warns",
    type: "AKV",
    block: web,
    outcomes: always("Warning"),
    phase: "Failed",
    reason: "JobWarned",
    says: "does not show the certificate",
  },
  // Never start.
  {
    name: "never",
    type: "WinCert",
    store: never,
    phase: "InProgress",
    reason: "JobSubmitted",
    says: "waits for the orchestrator",
  },
  {
    name: "never-too",
    type: "IISU",
    block: iis,
    store: never,
    phase: "InProgress",
    reason: "JobSubmitted",
    says: "that serves app1",
  },
];

function storeOf({ type, store = {}, outcomes = [] }: Story): Store {
  return all.addStore({ type, ...store, orchestrator: { outcomes, retryMs: 10_000, ...store.orchestrator } });
}

it("a deployment to 20 stores of 5 types tells the story of each, and is not ready", async () => {
  expect(stories).toHaveLength(20);
  expect(new Set(stories.map(({ type }) => type)).size).toBe(5);
  await all.imported("many");
  const stores = new Map(stories.map((story) => [story.name, storeOf(story)]));
  const targets = stories.flatMap(({ name, block = {} }) => {
    const store = stores.get(name);
    return store === undefined ? [] : [target(name, store, block)];
  });
  await all.deploy("many", targets);
  for (const { name, phase, reason, says = "" } of stories) {
    const told = await all.target(
      "many",
      name,
      `to be ${phase}/${reason}`,
      (record) => record.phase === phase && record.reason === reason,
    );
    expect(told.message ?? "").toContain(says);
  }
  for (const { name, phase } of stories) {
    const there = stores.get(name)?.contents.size === 1;
    expect([name, there]).toEqual([name, phase === "Delivered"]);
  }
  const { status } = await all.all.world.deployment("many");
  // Those that fail are tried again, so that now and then one of theirs is on its way, too.
  expect(status?.summary).toMatch(/^10\/20 delivered, \d jobs are being followed$/);
  expect(await waitFor("many", "Ready", "2s")).toBe("timed out");
}, 240_000);

it("kubectl wait answers as soon as all are there", async () => {
  const store = all.addStore();
  await all.imported("few");
  await all.deploy("few", [target("java", store, web), target("windows", all.addStore({ type: "WinCert" }))]);
  const waits = waitFor("few", "Ready", "90s");
  await all.delivered("few", "java");
  await all.delivered("few", "windows");
  expect(await waits).toBe("met");
}, 120_000);

it("a job that nobody begins is told after half an hour, with its orchestrator and store", async () => {
  const store = all.addStore({ path: "/opt/late.jks", agent: "uo9" });
  // It has run the inventory before.
  all.pass(120_000);
  store.orchestrator = { ...store.orchestrator, pickUpMs: "Never" };
  await all.imported("late");
  await all.deploy("late", [target("java", store, web)]);
  await all.reason("late", "java", "JobSubmitted");
  all.all.world.setClock(new Date(Date.now() + 31 * 60_000).toISOString());
  await all.all.world.request("late", "half an hour later");
  const record = await all.reason("late", "java", "JobNotPickedUp");
  expect(record.message).toBe("The job for /opt/late.jks on app1 waits for the orchestrator uo9 to pick it up.");
  expect(all.waiting(store)).toHaveLength(1);
}, 120_000);

/** `kubectl wait` for a condition of a deployment. */
async function waitFor(name: string, condition: string, timeout: string): Promise<"met" | "timed out"> {
  const { home } = all.all.world;
  const args = ["wait", `--for=condition=${condition}`, `storedeployment/${name}`, "-n", home, `--timeout=${timeout}`];
  try {
    await sharedControlPlane().kubectl(args);
    return "met";
  } catch (error) {
    if (String(error).includes("timed out waiting")) return "timed out";
    throw error;
  }
}
