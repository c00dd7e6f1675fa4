import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigMap, connect, type KubeClient, KubeError, type RequestFacts } from "../../src/kube/index.ts";
import { type ClusterAccess } from "../control-plane/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { after, answer, before, close, type Fault, FaultProxy, halfChunk, reset, stall } from "../fault-proxy/index.ts";

let plane: ClusterAccess;
let proxy: FaultProxy;
let client: KubeClient;
/** Waits 3 s for an answer. */
let hasty: KubeClient;
let namespace: string;
let attempts: (number | undefined)[] = [];
const timely = (): AbortSignal => AbortSignal.timeout(30_000);

beforeAll(async () => {
  plane = sharedControlPlane();
  proxy = await FaultProxy.start(plane);
  const onRequest = ({ code }: RequestFacts): number => attempts.push(code);
  client = connect(proxy.configFor(plane.adminConfig), { onRequest });
  hasty = connect(proxy.configFor(plane.adminConfig), { requestTimeoutSeconds: 3, onRequest });
});
beforeEach(async () => {
  namespace = await testNamespace("request");
  attempts = [];
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await Promise.all([client.close(), hasty.close()]);
  await proxy.close();
});

async function write(by = client): Promise<ConfigMap | KubeError> {
  const object = { metadata: { name: "written" }, data: { value: "1" } };
  try {
    return await by.create<ConfigMap>(ConfigMap, object, { namespace, signal: timely() });
  } catch (error) {
    if (error instanceof KubeError) return error;
    throw error;
  }
}

/** How often the API server was asked to write, by its own audit log. */
async function writes(): Promise<number> {
  return (await plane.audit.writes({ resource: "configmaps", namespace })).length;
}

async function read(): Promise<string | undefined> {
  const { data } = await client.get(ConfigMap, { namespace, name: "written" }, { signal: timely() });
  return data?.["value"];
}

describe("a write", () => {
  it("turned away with 429 and Retry-After is sent again after that time, and done once", async () => {
    proxy.inject(before(answer(429, "TooManyRequests", { "retry-after": "1" })), { method: "POST", times: 2 });
    const started = performance.now();
    expect(await write()).toMatchObject({ data: { value: "1" } });
    expect(performance.now() - started).toBeGreaterThan(2000);
    expect([attempts, await writes()]).toEqual([[429, 429, 201], 1]);
  });

  it("met by a burst of 500 is not sent again: it may have been done", async () => {
    proxy.inject(after(answer(500, "InternalError")), { method: "POST" });
    expect(await write()).toMatchObject({ reason: "InternalError", sent: true });
    expect([attempts, await writes()]).toEqual([[500], 1]);
  });

  it.each<[string, Fault, string]>([
    ["is lost", after(reset), "ConnectionFailed"],
    ["ends after half a chunk", halfChunk(close), "ConnectionFailed"],
  ])("whose answer %s is not sent again: it may have been done", async (_, fault, reason) => {
    proxy.inject(fault, { method: "POST" });
    expect(await write()).toMatchObject({ reason, sent: true });
    expect([attempts.length, await writes()]).toEqual([1, 1]);
  });
});

it("a write whose answer never comes is not sent again: it may have been done", async () => {
  proxy.inject(after(stall), { method: "POST" });
  expect(await write(hasty)).toMatchObject({ reason: "Timeout", sent: true });
  expect([attempts.length, await writes()]).toEqual([1, 1]);
});

describe("a read", () => {
  beforeEach(async () => {
    await write();
    attempts = [];
  });

  it("turned away with 429 and Retry-After is sent again after that time", async () => {
    proxy.inject(before(answer(429, "TooManyRequests", { "retry-after": "1" })), { method: "GET", times: 1 });
    const started = performance.now();
    expect(await read()).toBe("1");
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  it("met by a burst of 503 that say when to come again is sent again", async () => {
    proxy.inject(before(answer(503, "ServiceUnavailable", { "retry-after": "0" })), { method: "GET", times: 4 });
    expect(await read()).toBe("1");
    expect(attempts).toEqual([503, 503, 503, 503, 200]);
  });

  it("met by a burst of 500 that say nothing fails: its caller decides", async () => {
    proxy.inject(before(answer(500, "InternalError")), { method: "GET" });
    await expect(read()).rejects.toMatchObject({ reason: "InternalError" });
    expect(attempts).toEqual([500]);
  });

  it.each<[string, Fault]>([
    ["is lost", after(reset)],
    ["ends after half a chunk", halfChunk(close)],
  ])("whose answer %s is sent again", async (_, fault) => {
    proxy.inject(fault, { method: "GET", times: 3 });
    expect(await read()).toBe("1");
    expect(attempts.at(-1)).toBe(200);
    expect(attempts).toHaveLength(4);
  });
});
