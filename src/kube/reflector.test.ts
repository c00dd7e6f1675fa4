import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "./connect.ts";
import type { KubeClient, WatchEvent } from "./client.ts";
import { Reflector, SYSTEM_CLOCK } from "./reflector.ts";
import { ConfigMap } from "./resources.ts";
import type { KubeObject } from "./types.ts";
import { type Behaviour, failure, json, serve, silence } from "./testing/raw-server.ts";

/** A reflector against a server that behaves so, with a clock that stands still until it is set. */
async function running(...behaviours: [Behaviour, ...Behaviour[]]) {
  const server = await serve(...behaviours);
  const kube = connect({ server: server.url, credentials: { anonymous: true } });
  onTestFinished(() => kube.close());
  const clock = {
    seconds: 1000,
    now: () => clock.seconds * 1000,
    random: () => 0,
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((__, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      }),
  };
  const reflector = new Reflector({
    client: kube,
    type: ConfigMap,
    namespace: undefined,
    labelSelector: undefined,
    fieldSelector: undefined,
    clock,
    onEffect: () => {},
    onFailure: () => {},
  });
  const stopping = new AbortController();
  const run = reflector.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await run;
  });
  return { clock, reflector, server };
}

const emptyList = json(200, { metadata: { resourceVersion: "10" }, items: [] });

it("a reflector that is stopped by what it was told ends its watch, so that nothing keeps the process alive", async () => {
  const stopping = new AbortController();
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", resourceVersion: "11" } };
  let ended = false;
  const client: Pick<KubeClient, "list" | "watch"> = {
    list: () => Promise.resolve({ items: [], resourceVersion: "10" }),
    async *watch<T extends KubeObject>(): AsyncGenerator<WatchEvent<T>, void, undefined> {
      try {
        yield { type: "ADDED", object: object as KubeObject as T };
        yield { type: "BOOKMARK", resourceVersion: "12" };
      } finally {
        ended = true;
      }
    },
  };
  const reflector = new Reflector({
    client,
    type: ConfigMap,
    namespace: undefined,
    labelSelector: undefined,
    fieldSelector: undefined,
    clock: SYSTEM_CLOCK,
    onEffect: ({ do: what }) => what === "Put" && stopping.abort(),
    onFailure: () => {},
  });
  await reflector.run(stopping.signal);
  expect(ended).toBe(true);
});

describe("the health of a reflector", () => {
  it("tells how long the server has been silent", async () => {
    const { clock, reflector } = await running(emptyList, silence);
    await expect.poll(() => reflector.health().phase).toBe("Watching");
    clock.seconds += 50;
    expect(reflector.health()).toMatchObject({ silentSeconds: 50, dead: false, failures: 0, lists: 1, watches: 1 });
  });

  it("is dead when a watch of 290 s has not come back 90 s after its time", async () => {
    const { clock, reflector } = await running(emptyList, silence);
    await expect.poll(() => reflector.health().phase).toBe("Watching");
    clock.seconds += 290 + 90;
    expect(reflector.health().dead).toBe(false);
    clock.seconds += 1;
    expect(reflector.health().dead).toBe(true);
  });

  it("is dead when a list has not come back after 6 min", async () => {
    const { clock, reflector, server } = await running(silence);
    await expect.poll(() => server.requests.length).toBe(1);
    clock.seconds += 360;
    expect(reflector.health().dead).toBe(false);
    clock.seconds += 1;
    expect(reflector.health().dead).toBe(true);
  });

  it("is not dead while it waits for a sick server, but counts failures", async () => {
    const { clock, reflector } = await running(failure(500, "InternalError"));
    await expect.poll(() => reflector.health().phase).toBe("Waiting");
    clock.seconds += 30;
    expect(reflector.health()).toMatchObject({ failures: 1, dead: false });
  });
});
