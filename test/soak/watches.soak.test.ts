import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { connect } from "../../src/kube/index.ts";
import { startControlPlane } from "../control-plane/index.ts";
import {
  after,
  afterEvents,
  answer,
  before,
  close,
  delayed,
  duplicated,
  end,
  errorEvent,
  type Fault,
  FaultProxy,
  halfChunk,
  reset,
  slow,
} from "../fault-proxy/index.ts";
import { Follower, Values } from "../integration/watch-follower.ts";

const rounds = Number(process.env["SOAK_ROUNDS"] ?? "60");
const roundMs = 5_000;
const writers = 4;
const names = Array.from({ length: 20 }, (_, index) => `one-${index}`);

const faults: readonly (() => Fault)[] = [
  () => before(reset),
  () => after(reset),
  () => before(answer(401, "Unauthorized")),
  () => before(answer(410, "Expired")),
  () => before(answer(429, "TooManyRequests", { "retry-after": "1" })),
  () => before(answer(500, "InternalError")),
  () => before(answer(503, "ServiceUnavailable", { "retry-after": "0" })),
  () => halfChunk(close),
  () => halfChunk(reset),
  () => delayed(upTo(500)),
  () => slow(200, 5),
];
const watchFaults: readonly (() => Fault)[] = [
  () => afterEvents(upTo(30), reset),
  () => afterEvents(upTo(30), close),
  () => afterEvents(upTo(30), end),
  () => afterEvents(upTo(30), errorEvent(410, "Expired")),
  () => afterEvents(upTo(30), errorEvent(500, "InternalError")),
  () => duplicated(),
];

function upTo(most: number): number {
  return Math.floor(Math.random() * (most + 1));
}

function oneOf<T>(all: readonly T[]): T {
  const [one] = all.slice(upTo(all.length - 1));
  if (one === undefined) throw new Error("none to choose from");
  return one;
}

it(`an informer is right after each of ${rounds} rounds of writes and faults`, async () => {
  const plane = await startControlPlane();
  const proxy = await FaultProxy.start(plane);
  const client = connect(proxy.configFor(plane.adminConfig));
  const namespace = await plane.namespace("watches");
  const values = new Values(plane.client, namespace);
  const held: Record<string, string> = {};
  const follower = new Follower(client, namespace);
  let writes = 0;

  /** One writer for a name, so that it is known what is there in the end. */
  async function write(own: readonly string[], done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      const name = oneOf(own);
      const value = String((writes += 1));
      if (name in held && Math.random() < 0.3) {
        await values.delete(name);
        delete held[name];
      } else {
        await values.set(name, value);
        held[name] = value;
      }
    }
  }

  async function breakThings(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      proxy.inject(oneOf(faults)(), { method: "GET", times: 1 });
      proxy.inject(oneOf(watchFaults)(), { watch: true, times: 1 });
      if (Math.random() < 0.1) proxy.cut();
      await sleep(upTo(200));
    }
  }

  let problems = 0;
  for (let round = 0; round < rounds; round += 1) {
    const done = AbortSignal.timeout(roundMs);
    const shares = Array.from({ length: writers }, (_, share) => names.filter((__, at) => at % writers === share));
    await Promise.all([breakThings(done), ...shares.map((own) => write(own, done))]);
    proxy.heal();
    await follower.knows(held);
    problems = follower.problems.length;
  }
  const [health] = follower.informer.health();
  process.stdout.write(
    `${writes} writes, ${problems} failures met, ${health?.lists} lists, ${health?.watches} watches, ${follower.told.length} changes told\n`,
  );
  expect(problems).toBeGreaterThan(rounds);
  await follower.stop();
  await client.close();
  await proxy.close();
  await plane.stop();
});
