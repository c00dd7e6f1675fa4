import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually, startControlPlane } from "../control-plane/index.ts";
import { World } from "../integration/world.ts";
import { installWithLedger } from "../ledger/install.ts";
import type { Entry } from "../ledger/ledger.ts";
import { OperatorProgram } from "../ledger/process.ts";
import { flagsFor } from "../ledger/scene.ts";
import { Estate, sha256 } from "./kills/estate.ts";
import { SecretsSeen } from "./kills/secrets.ts";

const kills = Number(process.env["SOAK_KILLS"] ?? "1000");
const certificates = 16;
/** At once and without an election: the record alone keeps them apart. */
const operators = 2;

function between(least: number, most: number): number {
  return least + Math.random() * (most - least);
}

/** Titles and certificates that were written more often than once. */
function twice(entries: readonly Entry[]): string[] {
  const changes = entries.map(({ title, certificate }) => `${title} ${sha256(certificate)}`);
  return changes.filter((change, at) => changes.indexOf(change) !== at);
}

it(`${kills} kills of the operator during rotations leave no change written twice, and none unwritten`, async () => {
  const plane = await startControlPlane();
  await installWithLedger(plane);
  const world = await World.create(plane, "soak");
  const token = await plane.tokenFor("certferry-system", "certferry");
  const { server, caPem } = plane.facts;
  const program = await OperatorProgram.build(plane.facts.folder, { server, caPem, token });
  const flags = flagsFor(world);
  const estate = await Estate.create(world, certificates);
  const secrets = new SecretsSeen(world);
  const began = performance.now();
  const starts: number[] = [];
  let killed = 0;
  let amidst = 0;

  /** One process after the other; each works for 0.1 to 2 s, and one in ten is killed before it does. */
  async function killing(): Promise<void> {
    while (killed < kills) {
      killed += 1;
      const started = performance.now();
      const operator = program.start(flags);
      if (Math.random() < 0.9) {
        await operator.working();
        starts.push(performance.now() - started);
      }
      await sleep(between(100, 2_000));
      if (Object.values(estate.servers).some(({ busy }) => busy > 0)) amidst += 1;
      await operator.kill();
      if (killed % 100 === 0) process.stderr.write(`${killed} kills\n`);
    }
  }

  async function meanwhile(work: () => Promise<void>, least: number, most: number, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await work();
      await sleep(between(least, most));
    }
  }

  const done = new AbortController();
  try {
    const around = Promise.all([
      meanwhile(() => estate.rotate(Math.floor(between(0, certificates))), 150, 450, done.signal),
      meanwhile(() => estate.resolveDoubts(), 1_000, 2_000, done.signal),
    ]);
    const all = Promise.all(Array.from({ length: operators }, killing)).finally(() => done.abort());
    await Promise.all([all, around]);

    const last = program.start(flags);
    await eventually(
      "every place to hold the last certificate",
      async () => {
        await estate.resolveDoubts();
        const left = await estate.unsettled();
        if (left.length > 0) throw new Error(left.join("; "));
        return true;
      },
      { withinMs: 300_000, everyMs: 1_000 },
    );
    await last.kill();

    const { open, unmarked, blind, ordered } = estate.servers;
    const orders = ordered.orders.all();
    const carriedOut = orders.filter(({ state }) => state === "Done").map(({ entry }) => entry);
    const patches = await plane.audit.writes({ resource: "secrets", namespace: world.away });
    const codes = (name: string): number[] => patches.filter((patch) => patch.name === name).map(({ code }) => code);
    const written = (all: readonly number[]): number => all.filter((code) => code < 300).length;
    const held = [...secrets.held];
    console.table({
      kills: killed,
      "kills amidst a request to a ledger": amidst,
      "rotations of 16 certificates": estate.rotations,
      "writes of readable ledgers": open.ledger.entries().length + unmarked.ledger.entries().length,
      "writes of the blind ledger": blind.ledger.entries().length + blind.ledger.struck.length,
      "orders that were carried out": carriedOut.length,
      "orders that were taken back": orders.length - carriedOut.length,
      "doubts that a person ended": estate.doubts,
      "of them, struck": blind.ledger.struck.length,
      "writes of Secrets": held.flatMap(([, all]) => all).length,
      "start, median ms": Math.round(starts.toSorted((a, b) => a - b)[Math.floor(starts.length / 2)] ?? 0),
      seconds: Math.round((performance.now() - began) / 1000),
    });
    expect(twice(open.ledger.entries())).toEqual([]);
    expect(twice(unmarked.ledger.entries())).toEqual([]);
    expect(twice(blind.ledger.entries())).toEqual([]);
    expect(twice(carriedOut)).toEqual([]);
    expect(ordered.orders.collisions).toEqual([]);
    expect(open.ledger.struck.length + unmarked.ledger.struck.length).toBe(0);
    expect(estate.misplaced()).toEqual([]);
    expect(held).toHaveLength(2 * certificates);
    expect(held.filter(([, all]) => new Set(all).size !== all.length)).toEqual([]);
    // To a client that died before its answer the API server says 504, whether it wrote or not.
    const uncertain = (all: readonly number[]): number => all.filter((code) => code === 504).length;
    const miscounted = held.filter(([name, all]) => {
      const surely = written(codes(name));
      return surely > all.length || surely + uncertain(codes(name)) < all.length;
    });
    expect(miscounted).toEqual([]);
  } finally {
    await secrets.stop();
    await estate.close();
    await plane.stop();
  }
});
