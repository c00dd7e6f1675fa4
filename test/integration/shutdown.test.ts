import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lease } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import { answer, before, reset, stall } from "../fault-proxy/index.ts";
import { startMs, keepLogs } from "./leader-replica.ts";
import { met, ShutdownCase } from "./shutdown-case.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  await install(plane);
});
const all: ShutdownCase[] = [];
afterAll(async () => {
  await Promise.all(all.map((one) => one.close()));
  await keepLogs(plane);
  await plane.stop();
});

const statusSave = { method: "PATCH", path: "/storedeployments/web/status" };
const put = { method: "PATCH", path: "/secrets/placed" };

async function made(prefix: string): Promise<ShutdownCase> {
  const made = await ShutdownCase.create(plane, prefix);
  all.push(made);
  return made;
}

const delivered = { phase: "Delivered", open: false };

describe.concurrent("SIGTERM", { timeout: 150_000 }, () => {
  it("while it waits for an API server that is away at the start: it ends at once", async () => {
    const it = await made("away");
    it.proxy.inject(before(reset));
    const operator = await it.start();
    const warned = async (): Promise<boolean> =>
      (await operator.told("the API server is not ready for us; it is asked again")).length > 0;
    await eventually("a warning", warned, { withinMs: startMs });
    operator.kill("SIGTERM");
    expect(await operator.ended).toBe("exit code 0");
    expect(await operator.told("leading")).toEqual([]);
  });

  it("while caches sync: it ends at once, and has never led", async () => {
    const it = await made("sync");
    const list = it.proxy.inject(before(stall), { method: "GET", path: /\/storedeployments\?/, watch: false });
    const operator = await it.start();
    await met(list);
    operator.kill("SIGTERM");
    expect(await operator.ended).toBe("exit code 0");
    expect([await operator.told("leading"), await operator.told("the caches are filled")]).toEqual([[], []]);
  });

  it("before leading: it ends at once, and leaves the lease to its holder", async () => {
    const it = await made("standby");
    const { home: namespace } = it.home;
    const spec = { holderIdentity: "other", leaseDurationSeconds: 600 };
    const options = { namespace, signal: AbortSignal.timeout(5_000) };
    await plane.client.create(Lease, { metadata: { name: "certferry", namespace }, spec }, options);
    const operator = await it.start();
    await eventually("the standby to be warm", () => operator.isWarm(), { withinMs: startMs });
    operator.kill("SIGTERM");
    expect(await operator.ended).toBe("exit code 0");
    expect(await it.holder()).toBe("other");
  });

  it("while it has nothing to do: it releases the lease", async () => {
    const it = await made("idle");
    const operator = await it.start();
    await it.leads();
    operator.kill("SIGTERM");
    expect(await operator.ended).toBe("exit code 0");
    expect(await it.holder()).toBe("");
  });

  it.each([
    { what: "a source is resolved", prefix: "source", held: { method: "GET", path: "/secrets/web-tls" } },
    { what: "a put is under way", prefix: "put", held: put },
  ])("while $what: the delivery is finished, and its receipt saved", async ({ prefix, held }) => {
    const it = await made(prefix);
    const { injection, release } = it.hold(held);
    const operator = await it.start();
    await it.deploy();
    await met(injection);
    await terminate(operator);
    release();
    expect(await operator.ended).toBe("exit code 0");
    expect([await it.record(), await it.placed(), await it.holder()]).toEqual([delivered, true, ""]);
  });

  it("between the attempt and the put: the put is done, and its receipt saved", async () => {
    const it = await made("attempt");
    const { injection, release } = it.hold(statusSave, "Answer");
    const operator = await it.start();
    await it.deploy();
    await met(injection);
    await eventually("the attempt to be saved", async () => (await it.record()).open);
    await terminate(operator);
    expect(await it.placed()).toBe(false);
    release();
    expect(await operator.ended).toBe("exit code 0");
    expect([await it.record(), await it.placed(), await it.holder()]).toEqual([delivered, true, ""]);
  });

  it("while a put is under way that does not end: it is given up in time, its attempt stays, the lease is released", async () => {
    const it = await made("slow");
    const { injection } = it.hold(put);
    const operator = await it.start();
    await it.deploy();
    await met(injection);
    const asked = performance.now();
    await terminate(operator);
    expect(await operator.ended).toBe("exit code 0");
    expect(performance.now() - asked).toBeLessThan(29_000);
    expect(await operator.told("the drain takes too long: what is under way is aborted")).toMatchObject([
      { level: "warn", underWay: [`storedeployment (${it.home.home}/web#t)`] },
    ]);
    expect([await it.record(), await it.holder()]).toEqual([{ phase: "InProgress", open: true }, ""]);
  });

  it("while a receipt is saved: it is saved though the API server refuses it at first", async () => {
    const it = await made("receipt");
    const { injection, release } = it.hold({ ...statusSave, skip: 1, times: 1 });
    const operator = await it.start();
    await it.deploy();
    await met(injection);
    it.proxy.inject(before(answer(503, "ServiceUnavailable")), { ...statusSave, times: 3 });
    await terminate(operator);
    it.proxy.cut();
    release();
    expect(await operator.ended).toBe("exit code 0");
    expect([await it.record(), await it.placed(), await it.holder()]).toEqual([delivered, true, ""]);
  });

  it("while the API server is away: the lease is lost, which is told by log and exit code", async () => {
    const it = await made("lost");
    const { injection } = it.hold(put);
    const operator = await it.start();
    await it.deploy();
    await met(injection);
    it.proxy.inject(before(reset));
    it.proxy.cut();
    const asked = performance.now();
    await terminate(operator);
    expect(await operator.ended).toBe("exit code 1");
    expect(performance.now() - asked).toBeLessThan(10_000 + 8_000);
    expect(await operator.told("the operator ends")).toMatchObject([
      { level: "error", err: { name: "LeadershipLost" } },
    ]);
  });

  it("while the API server is away and no lease can be lost: it ends within 30 s all the same", async () => {
    const it = await made("alone");
    const { injection } = it.hold(put);
    const operator = await it.start({ flags: ["--leader-elect=false"] });
    await it.deploy();
    await met(injection);
    it.proxy.inject(before(reset));
    it.proxy.cut();
    const asked = performance.now();
    await terminate(operator);
    expect(await operator.ended).toBe("exit code 0");
    expect(performance.now() - asked).toBeLessThan(29_000);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "a second time, as %s: it ends at once, and its attempt stays",
    async (second) => {
      const it = await made(`second-${second.toLowerCase()}`);
      const { injection } = it.hold(put);
      const operator = await it.start();
      await it.deploy();
      await met(injection);
      await terminate(operator);
      operator.kill(second);
      expect(await operator.ended).toBe("exit code 1");
      expect(await operator.told(`a second signal, ${second}: nothing is waited for`)).toMatchObject([
        { level: "error" },
      ]);
      expect(await it.record()).toEqual({ phase: "InProgress", open: true });
    },
  );
});

/** Sends SIGTERM, and waits until it has been heard. */
async function terminate(operator: {
  kill(signal: NodeJS.Signals): void;
  told(message: string): Promise<object[]>;
}): Promise<void> {
  operator.kill("SIGTERM");
  await eventually("SIGTERM to be heard", async () => (await operator.told("stopping")).length > 0);
}

describe("an error that nothing catches", { timeout: 150_000 }, () => {
  it("ends the process with 1, and the log has its message and nothing that it carries", async () => {
    const it = await made("uncaught");
    const preload = `process.on("SIGUSR2", () => { throw Object.assign(new Error("a bug"), { body: ["s3cret", "body"].join("-") }); });`;
    const operator = await it.start({ preload });
    await it.leads();
    operator.kill("SIGUSR2");
    expect(await operator.ended).toBe("exit code 1");
    const told = await operator.told("a defect: nothing has caught this error");
    expect(told).toMatchObject([{ level: "error", err: { name: "Error", message: "a bug" } }]);
    expect(JSON.stringify(told)).not.toContain("s3cret-body");
  });
});
