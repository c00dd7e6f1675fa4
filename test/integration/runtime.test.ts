import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigMap, type Event, Event as Events, type KubeClient, Lease } from "../../src/kube/index.ts";
import {
  addFinalizer,
  createLogger,
  createMetrics,
  EventRecorder,
  LeaderElector,
  LeadershipLost,
  removeFinalizer,
} from "../../src/runtime/index.ts";
import { type ClusterAccess, eventually } from "../control-plane/index.ts";
import { freePorts } from "../control-plane/ports.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";

let plane: ClusterAccess;
let client: KubeClient;
let namespace: string;
const log = createLogger({ level: "error" });
const timely = (): AbortSignal => AbortSignal.timeout(20_000);

beforeAll(async () => {
  plane = sharedControlPlane();
  client = plane.client;
  namespace = await testNamespace("runtime");
});
afterAll(() => plane.close());

describe("leader election", () => {
  const durations = { leaseMs: 1_500, renewMs: 1_000, retryMs: 200 };

  function elector(name: string, identity: string): LeaderElector {
    return new LeaderElector({ client, namespace, name, identity, log, metrics: createMetrics(), durations });
  }

  async function holder(name: string): Promise<string | undefined> {
    return (await client.get(Lease, { namespace, name }, { signal: timely() })).spec?.holderIdentity;
  }

  it("has one leader; the next takes over as soon as the lease is given back", async () => {
    const order: string[] = [];
    const stops = [new AbortController(), new AbortController()] as const;
    const run = (identity: string, stop: AbortController): Promise<void> =>
      elector("handover", identity).run(stop.signal, async () => {
        order.push(identity);
        await once(stop.signal, "abort");
      });
    const first = run("first", stops[0]);
    await eventually("the first to lead", () => order.length === 1);
    const second = run("second", stops[1]);
    await sleep(2 * durations.leaseMs);
    expect(order).toEqual(["first"]);
    stops[0].abort();
    await first;
    await eventually("the second to lead", () => order.length === 2, { withinMs: durations.leaseMs });
    stops[1].abort();
    await second;
    expect(await holder("handover")).toBe("");
  });

  it("ends at once with LeadershipLost when another one has taken the lease", async () => {
    const stop = new AbortController();
    const one = elector("stolen", "one");
    const aborted = Promise.withResolvers<void>();
    const running = one.run(stop.signal, async (lost) => {
      await once(lost, "abort");
      aborted.resolve();
    });
    await eventually("it to lead", () => one.holds());
    const lease = await client.get(Lease, { namespace, name: "stolen" }, { signal: timely() });
    const spec = { ...lease.spec, holderIdentity: "thief" };
    await plane.kubectl(["patch", "lease", "stolen", "-n", namespace, "--type=merge", "-p", JSON.stringify({ spec })]);
    await aborted.promise;
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect(one.holds()).toBe(false);
    expect(await holder("stolen")).toBe("thief");
  });
});

describe("events", () => {
  it("are told once, and as a series when the same is told again", async () => {
    const recorder = new EventRecorder({ client, controller: "certferry.io/operator", instance: "test", log });
    const regarding = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "told", uid: "1-2-3" };
    const told = { type: "Warning", reason: "AccessDenied", action: "Deliver", note: "ä".repeat(1_000) } as const;
    recorder.record(regarding, told);
    recorder.record(regarding, told);
    recorder.record(regarding, { ...told, note: "something else" });
    await recorder.flush();
    const { items } = await client.list<Event>(Events, { namespace, signal: timely() });
    const mine = items.filter(({ regarding }) => regarding?.name === "told");
    expect(mine.map(({ series }) => series?.count ?? 1).toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(Math.max(...mine.map(({ note = "" }) => Buffer.byteLength(note)))).toBeLessThanOrEqual(1024);
  });
});

describe("finalizers", () => {
  it("are added and removed beside others, and not on what has changed since", async () => {
    const ref = { namespace, name: "held" };
    const made = await client.create(
      ConfigMap,
      { metadata: { ...ref, finalizers: ["example.com/other"] } },
      { namespace, signal: timely() },
    );
    const added = await addFinalizer(client, ConfigMap, made, "certferry.io/removal", timely());
    expect(added.metadata.finalizers).toEqual(["example.com/other", "certferry.io/removal"]);
    await expect(addFinalizer(client, ConfigMap, made, "certferry.io/late", timely())).rejects.toMatchObject({
      reason: "Conflict",
    });
    await removeFinalizer(client, ConfigMap, added, "certferry.io/removal", timely());
    expect((await client.get(ConfigMap, ref, { signal: timely() })).metadata.finalizers).toEqual(["example.com/other"]);
    // Gone already is as good as removed.
    await plane.kubectl([
      "patch",
      "configmap",
      "held",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    ]);
    await plane.kubectl(["delete", "configmap", "held", "-n", namespace]);
    await removeFinalizer(client, ConfigMap, added, "certferry.io/removal", timely());
  });
});

describe("the operator as a process", () => {
  const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

  it("becomes ready, leads, and on SIGTERM gives the lease back and ends with 0", async () => {
    const { port } = await freePorts("port");
    const args = [
      main,
      `--kubeconfig=${await plane.kubeconfigFor("certferry-system", "certferry")}`,
      "--namespace=certferry-system",
      `--watch-namespaces=${namespace}`,
      "--metrics-bind-address=0",
      `--health-probe-bind-address=127.0.0.1:${port}`,
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const lines: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text));
    try {
      const ask = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
      await eventually("readiness", async () => (await ask("/readyz")) === 200);
      await eventually("the lead", () => lines.join("").includes('"leading"'));
      expect([await ask("/healthz"), await ask("/healthz/watches"), await ask("/nothing")]).toEqual([200, 200, 404]);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
      const lease = await client.get(Lease, { namespace: "certferry-system", name: "certferry" }, { signal: timely() });
      expect(lease.spec?.holderIdentity).toBe("");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("says what is wrong with a flag, and ends with 2", async () => {
    const child = spawn(process.execPath, [main, "--workers=none"], { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => (text += part));
    expect(await once(child, "close")).toEqual([2, null]);
    expect(text).toBe('certferry: --workers takes 1 to 256, not "none"\n');
  });
});
