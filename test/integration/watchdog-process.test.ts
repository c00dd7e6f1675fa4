import { afterAll, beforeAll, expect, it } from "vitest";
import { type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import { freePorts } from "../control-plane/ports.ts";
import { before, stall } from "../fault-proxy/index.ts";
import { keepLogs } from "./leader-replica.ts";
import { met, ShutdownCase } from "./shutdown-case.ts";

let plane: ControlPlane;
let probed: ShutdownCase;
beforeAll(async () => {
  plane = await startControlPlane();
  await install(plane);
});
afterAll(async () => {
  await probed.close();
  await keepLogs(plane);
  await plane.stop();
});

/** Blocks the event loop for 5 s: longer than a probe waits, shorter than the lease. */
const stuck = `process.on("SIGUSR2", () => { const end = performance.now() + 5000; while (performance.now() < end); });`;

const stood = "the event loop stood still: nothing was done and no probe answered";

it("what hangs in a process is told by its probes, its metrics and its log", { timeout: 240_000 }, async () => {
  probed = await ShutdownCase.create(plane, "watchdog");
  const { healthPort, metricsPort } = await freePorts("healthPort", "metricsPort");
  const ask = async (port: number, path: string): Promise<{ status: number; text: string }> => {
    // As long as the kubelet waits by default.
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1_000) });
    return { status: answer.status, text: await answer.text() };
  };
  const gauge = async (sample: string): Promise<number> => {
    const { text } = await ask(metricsPort, "/metrics");
    const line = text.split("\n").find((line) => line.startsWith(`${sample} `));
    if (line === undefined) throw new Error(`no ${sample}`);
    return Number(line.slice(sample.length + 1));
  };

  // A watch that the API server never answers.
  const silent = probed.proxy.inject(before(stall), { path: /\/configmaps\?/, watch: true });
  const operator = await probed.start({ preload: stuck, healthPort, metricsPort });
  await probed.leads();
  await met(silent);
  await eventually(
    "the silence to be measured",
    async () => (await gauge('certferry_watch_silent_seconds{resource="configmaps"}')) > 2,
  );

  // A reconciliation that waits for an answer.
  const { injection, release } = probed.hold({ method: "GET", path: "/secrets/web-tls" });
  await probed.deploy();
  await met(injection);
  const longest = 'workqueue_longest_running_processor_seconds{name="storedeployment"}';
  await eventually("the run to be measured", async () => (await gauge(longest)) > 1);
  expect(await gauge('workqueue_unfinished_work_seconds{name="storedeployment"}')).toBeGreaterThan(1);
  release();
  await eventually("the run to end", async () => (await gauge(longest)) === 0);

  expect((await ask(healthPort, "/healthz")).text).toBe(
    "[+]watches ok\n[+]workers ok\n[+]leader-election ok\nhealthz check passed\n",
  );
  expect(await gauge('leader_election_master_status{name="certferry"}')).toBe(1);
  expect(await gauge("certferry_event_loop_stall_seconds_total")).toBe(0);
  operator.kill("SIGUSR2");
  await eventually("a probe to fail", () =>
    ask(healthPort, "/healthz").then(
      () => false,
      () => true,
    ),
  );
  await eventually("the probe to pass again", async () => (await ask(healthPort, "/healthz")).status === 200);
  const told = await eventually("a warning", async () => (await operator.told(stood))[0]);
  expect(told).toMatchObject({ level: "warn" });
  expect(Number(told["seconds"])).toBeGreaterThan(3);
  expect(await gauge("certferry_event_loop_stall_seconds_total")).toBeGreaterThan(3);
  expect(operator.running).toBe(true);
});
