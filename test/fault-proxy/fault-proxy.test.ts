import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ClusterConfig,
  ConfigMap,
  connect,
  isKubeError,
  type KubeClient,
  KubeError,
} from "../../src/kube/index.ts";
import type { ClusterAccess } from "../control-plane/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
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
  FaultProxy,
  halfChunk,
  reset,
  slow,
  stall,
} from "./index.ts";

let plane: ClusterAccess;
let proxy: FaultProxy;
let client: KubeClient;
/** Waits 3 s for an answer. */
let hasty: KubeClient;
let namespace: string;
const timely = (): AbortSignal => AbortSignal.timeout(20_000);

beforeAll(async () => {
  plane = sharedControlPlane();
  proxy = await FaultProxy.start(plane);
  client = connect(proxy.configFor(plane.adminConfig));
  hasty = connect(proxy.configFor(plane.adminConfig), { requestTimeoutSeconds: 3 });
  namespace = await testNamespace("fault-proxy");
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await Promise.all([client.close(), hasty.close()]);
  await proxy.close();
});

function create(name: string, by: KubeClient = client): Promise<ConfigMap> {
  return by.create<ConfigMap>(ConfigMap, { metadata: { name } }, { namespace, signal: timely() });
}

/** What the API server itself holds. */
async function isThere(name: string): Promise<boolean> {
  const found = await plane.client.get(ConfigMap, { namespace, name }, { signal: timely() }).catch(String);
  return typeof found === "object";
}

async function failureOf(work: Promise<unknown>): Promise<KubeError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KubeError) return error;
  throw new Error("it did not fail as a request does", { cause: error });
}

/** Names of the events of one watch over everything in the namespace since `resourceVersion`, and how it ended. */
async function watched(resourceVersion: string, until: number): Promise<{ told: string[]; error?: KubeError }> {
  const told: string[] = [];
  const stop = new AbortController();
  try {
    const options = { namespace, resourceVersion, timeoutSeconds: 20, signal: stop.signal };
    for await (const event of client.watch(ConfigMap, options)) {
      if (event.type !== "BOOKMARK") told.push(`${event.type} ${event.object.metadata.name}`);
      if (told.length === until) break;
    }
    return { told };
  } catch (error) {
    if (isKubeError(error)) return { told, error };
    throw error;
  }
}

/** A version, and after it the creation of these. */
async function sinceThen(...names: string[]): Promise<string> {
  const { resourceVersion } = await client.list(ConfigMap, { namespace, signal: timely() });
  for (const name of names) await create(name);
  return resourceVersion;
}

describe("without a fault", () => {
  it("passes reads, writes and watches on for the admin's client certificate", async () => {
    const since = await sinceThen("passed");
    expect((await client.get(ConfigMap, { namespace, name: "passed" }, { signal: timely() })).metadata.name).toBe(
      "passed",
    );
    expect(await watched(since, 1)).toEqual({ told: ["ADDED passed"] });
  });

  it("passes a bearer token on, and what the API server says to it", async () => {
    await plane.kubectl(["create", "serviceaccount", "nobody", "-n", namespace]);
    const nobody = connect(proxy.configFor(plane.configFor(namespace, "nobody")));
    const error = await failureOf(create("forbidden", nobody));
    await nobody.close();
    expect(error).toMatchObject({ reason: "Forbidden", status: 403 });
    expect(error.message).toContain(`system:serviceaccount:${namespace}:nobody`);
  });

  it("gives no rights to who shows neither", async () => {
    const anonymous: ClusterConfig = { server: proxy.server, caPem: proxy.caPem, credentials: { anonymous: true } };
    const stranger = connect(anonymous);
    expect(await failureOf(create("stranger", stranger))).toMatchObject({ reason: "Forbidden" });
    await stranger.close();
  });

  it("lets nobody trust it by the cluster's own CA", async () => {
    const trusting = connect({ ...plane.adminConfig, server: proxy.server });
    expect(await failureOf(create("trusting", trusting))).toMatchObject({ reason: "ConnectionFailed", sent: false });
    await trusting.close();
  });
});

describe("before", () => {
  it("a reset, the write has not happened", async () => {
    proxy.inject(before(reset), { method: "POST" });
    expect(await failureOf(create("unheard"))).toMatchObject({ reason: "ConnectionFailed", sent: true });
    expect(await isThere("unheard")).toBe(false);
  });

  it("an answer of another's, the write has not happened", async () => {
    proxy.inject(before(answer(503, "ServiceUnavailable")), { method: "POST" });
    expect(await failureOf(create("unserved"))).toMatchObject({ reason: "ServiceUnavailable", status: 503 });
    expect(await isThere("unserved")).toBe(false);
  });

  it("a stall, the client waits for as long as it likes", async () => {
    proxy.inject(before(stall), { method: "POST" });
    expect(await failureOf(create("stalled", hasty))).toMatchObject({ reason: "Timeout" });
    expect(await isThere("stalled")).toBe(false);
  });
});

describe("after", () => {
  it("a reset, the write has happened", async () => {
    proxy.inject(after(reset), { method: "POST" });
    expect(await failureOf(create("lost"))).toMatchObject({ reason: "ConnectionFailed", sent: true });
    expect(await isThere("lost")).toBe(true);
  });

  it("an answer of another's, the write has happened", async () => {
    proxy.inject(after(answer(500, "InternalError")), { method: "POST" });
    expect(await failureOf(create("blamed"))).toMatchObject({ reason: "InternalError", status: 500 });
    expect(await isThere("blamed")).toBe(true);
  });

  it("a stall, the write has happened", async () => {
    proxy.inject(after(stall), { method: "POST" });
    expect(await failureOf(create("silenced", hasty))).toMatchObject({ reason: "Timeout" });
    expect(await isThere("silenced")).toBe(true);
  });
});

describe("in mid-body", () => {
  it("half a chunk comes, and the write has happened", async () => {
    proxy.inject(halfChunk(close), { method: "POST" });
    expect(await failureOf(create("halved"))).toMatchObject({ reason: "ConnectionFailed", sent: true });
    expect(await isThere("halved")).toBe(true);
  });

  it.each([
    ["delayed", delayed(100)],
    ["slow", slow(10, 5)],
  ])("a %s answer comes late and whole", async (name, fault) => {
    const injection = proxy.inject(fault, { method: "POST" });
    const started = performance.now();
    expect((await create(name)).metadata.name).toBe(name);
    expect(performance.now() - started).toBeGreaterThan(90);
    expect(injection.hits).toBe(1);
  });
});

describe("in mid-watch", () => {
  it("is cut after as many events as was said", async () => {
    proxy.inject(afterEvents(2, close), { watch: true });
    const { told, error } = await watched(await sinceThen("cut-1", "cut-2", "cut-3"), 3);
    expect(told).toEqual(["ADDED cut-1", "ADDED cut-2"]);
    expect(error).toMatchObject({ reason: "ConnectionFailed" });
  });

  it("ends in good order", async () => {
    proxy.inject(afterEvents(1, end), { watch: true });
    expect(await watched(await sinceThen("ended-1", "ended-2"), 2)).toEqual({ told: ["ADDED ended-1"] });
  });

  it("ends with an ERROR event", async () => {
    proxy.inject(afterEvents(0, errorEvent(410, "Expired")), { watch: true });
    const { told, error } = await watched(await sinceThen("expired"), 1);
    expect(told).toEqual([]);
    expect(error).toMatchObject({ reason: "Expired", status: 410 });
  });

  it("every event comes twice", async () => {
    proxy.inject(duplicated(), { watch: true });
    const { told } = await watched(await sinceThen("twice"), 2);
    expect(told).toEqual(["ADDED twice", "ADDED twice"]);
  });
});

describe("a fault", () => {
  it("is for the requests that match, of those skips some, and meets some", async () => {
    const fault = before(answer(418, "Teapot"));
    const injection = proxy.inject(fault, { method: "GET", path: /configmaps\/[a-z]+$/, skip: 1, times: 1 });
    const codes: (number | undefined)[] = [];
    for (const name of ["none", "other-1", "none", "none"]) {
      const { status } = await failureOf(client.get(ConfigMap, { namespace, name }, { signal: timely() }));
      codes.push(status);
    }
    expect(codes).toEqual([404, 404, 418, 404]);
    expect(injection.hits).toBe(1);
  });

  it("is over when it is healed, and the others stay", async () => {
    const first = proxy.inject(before(answer(418, "Teapot")), { path: "one" });
    proxy.inject(before(answer(419, "Other")), { path: "two" });
    proxy.heal(first);
    const codes = ["one", "two"].map(async (name) => {
      return (await failureOf(client.get(ConfigMap, { namespace, name }, { signal: timely() }))).status;
    });
    expect(await Promise.all(codes)).toEqual([404, 419]);
  });
});

it("a new CA is trusted by new connections alone, and the old ones are cut", async () => {
  const own = await FaultProxy.start(plane);
  const before = connect(own.configFor(plane.adminConfig));
  expect(await before.getPath("/readyz", { signal: timely() })).toBe("ok");
  await own.rotateCa();
  expect(await failureOf(before.getPath("/readyz", { signal: timely() }))).toMatchObject({
    reason: "ConnectionFailed",
  });
  const since = connect(own.configFor(plane.adminConfig));
  expect(await since.getPath("/readyz", { signal: timely() })).toBe("ok");
  await Promise.all([before.close(), since.close()]);
  await own.close();
});
