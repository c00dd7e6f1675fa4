import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { canBuild } from "../control-plane/go-build.ts";
import { goProgram } from "../go-program.ts";
import { type ObjectState, recordedStates } from "./states.ts";

const noGo = !(await canBuild());

/** What kstatus makes of each, by its own library. */
async function computed(states: readonly ObjectState[]): Promise<string[]> {
  const child = spawn(await goProgram("kstatus"), { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(states.map((state) => `${JSON.stringify(state)}\n`).join(""));
  return (await text(child.stdout)).split("\n").filter(Boolean);
}

function conditions({ status }: ObjectState): Record<string, string> {
  return Object.fromEntries((status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

/** What a tool that waits for an object is to be told, by the design's table of conditions. */
function expected(state: ObjectState): string {
  const { Ready, Reconciling, Stalled } = conditions(state);
  if (state.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (state.status?.observedGeneration !== state.metadata.generation) return "InProgress";
  if (Stalled === "True") return "Failed";
  return Ready === "True" && Reconciling === "False" ? "Current" : "InProgress";
}

/** What it means where nothing is suspended, deleted or out of date, by the reason of Ready. */
const byReason: Readonly<Record<string, string>> = {
  Available: "Current",
  Delivered: "Current",
  UpdateScheduled: "Current",
  Updating: "InProgress",
  SecretMissing: "InProgress",
  WaitingForWindow: "InProgress",
  TemporaryCertificate: "InProgress",
};

/** Ready, Reconciling and Stalled. */
const rows = new Set(["False True False", "False False True", "True True False", "True False False"]);

/** Only then may something be neither ready nor worked on nor stalled. */
function isSuspended({ spec, status }: ObjectState): boolean {
  return spec.suspend === true || JSON.stringify(status).includes('"Suspended"');
}

function reasonOf({ status }: ObjectState): string {
  return status?.conditions?.find(({ type }) => type === "Ready")?.reason ?? "";
}

function named({ kind, metadata, status }: ObjectState, what: string): string {
  const told = status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(", ");
  const { namespace = "", name, generation } = metadata;
  return `${kind} ${namespace}/${name}: ${what}; generation ${generation}, ${status?.observedGeneration} observed, ${told}`;
}

// Runs after all integration tests, over every state that any object of ours had in them (vitest.config.ts, groupOrder).
describe("every state that the integration tests have made", () => {
  const states: ObjectState[] = [];
  beforeAll(() => void states.push(...recordedStates()));

  it("has Ready, Reconciling and Stalled as in some row of the table", () => {
    const wrong = states.filter((state) => {
      if (state.status?.conditions === undefined) return state.status?.observedGeneration !== -1;
      const { Ready, Reconciling, Stalled } = conditions(state);
      const row = `${Ready} ${Reconciling} ${Stalled}`;
      return !rows.has(row) && !(row === "False False False" && isSuspended(state));
    });
    expect(wrong.map((state) => named(state, "no row")).slice(0, 10)).toEqual([]);
  });

  it("means by its reason what a user would take it for: a schedule is no work, a missing Secret no failure", () => {
    const settled = states.filter((state) => {
      const { deletionTimestamp, generation } = state.metadata;
      const current = state.status?.observedGeneration === generation && deletionTimestamp === undefined;
      return current && !isSuspended(state);
    });
    const seen = settled.map((state) => [reasonOf(state), expected(state)] as const);
    const known = seen.filter(([reason]) => reason in byReason);
    expect(known.filter(([reason, meaning]) => meaning !== byReason[reason]).slice(0, 10)).toEqual([]);
    const reasons = new Set(known.map(([reason]) => reason));
    expect([...reasons]).toEqual(
      expect.arrayContaining(["Available", "Delivered", "UpdateScheduled", "SecretMissing"]),
    );
  });

  it.skipIf(noGo)(
    "means to kstatus what it should",
    async () => {
      const found = await computed(states);
      const wrong = states.flatMap((state, at) =>
        found[at] === expected(state) ? [] : [named(state, `${found[at]}, not ${expected(state)}`)],
      );
      expect(found).toHaveLength(states.length);
      expect(wrong.slice(0, 10)).toEqual([]);
      expect(new Set(found)).toEqual(new Set(["Current", "InProgress", "Failed", "Terminating"]));
    },
    120_000,
  );
});
