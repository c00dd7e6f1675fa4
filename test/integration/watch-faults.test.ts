import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, type KubeClient } from "../../src/kube/index.ts";
import { type ClusterAccess, eventually } from "../control-plane/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import {
  afterEvents,
  answer,
  before,
  close,
  duplicated,
  end,
  errorEvent,
  type Fault,
  FaultProxy,
  halfChunk,
  reset,
} from "../fault-proxy/index.ts";
import { Follower, Values } from "./watch-follower.ts";

let plane: ClusterAccess;
let proxy: FaultProxy;
let client: KubeClient;
let namespace: string;
let values: Values;
let follower: Follower | undefined;

const watches = { watch: true };
const lists = { method: "GET", watch: false, path: /configmaps(\?|$)/ };

beforeAll(async () => {
  plane = sharedControlPlane();
  proxy = await FaultProxy.start(plane);
  client = connect(proxy.configFor(plane.adminConfig));
});
beforeEach(async () => {
  namespace = await testNamespace("watch");
  values = new Values(plane.client, namespace);
});
afterEach(async () => {
  await follower?.stop();
  proxy.heal();
});
afterAll(async () => {
  await client.close();
  await proxy.close();
});

async function follow(): Promise<Follower> {
  follower = new Follower(client, namespace);
  await follower.informer.whenSynced(AbortSignal.timeout(20_000));
  return follower;
}

/** Once for every list and watch. */
function health({ informer }: Follower): { lists: number; watches: number } {
  const [{ lists, watches } = { lists: 0, watches: 0 }] = informer.health();
  return { lists, watches };
}

describe("a watch", () => {
  it("reset in its midst goes on from where it was, and misses nothing", async () => {
    proxy.inject(afterEvents(1, reset), { ...watches, times: 1 });
    const follower = await follow();
    await values.set("a", "1");
    await values.set("b", "1");
    await values.set("a", "2");
    await follower.knows({ a: "2", b: "1" });
    expect(follower.reasons).toEqual(["ConnectionFailed"]);
    expect(health(follower)).toEqual({ lists: 1, watches: 2 });
  });

  it("told 410 in its midst lists again, and tells what was changed and deleted meanwhile", async () => {
    await values.set("gone", "1");
    await values.set("kept", "1");
    proxy.inject(afterEvents(1, errorEvent(410, "Expired")), { ...watches, times: 1 });
    const list = proxy.inject(before(answer(503, "ServiceUnavailable")), { ...lists, skip: 1 });
    const follower = await follow();
    await values.set("new", "1");
    await eventually("the list to be tried", () => list.hits > 0);
    await values.delete("gone");
    await values.set("kept", "2");
    proxy.heal(list);
    await follower.knows({ kept: "2", new: "1" });
    expect(follower.told.slice(2)).toEqual(["+ new", "~ kept", "- gone"]);
    expect(follower.reasons[0]).toBe("Expired");
  });

  it("turned away with 429 and Retry-After waits as long, and goes on without a list", async () => {
    proxy.inject(before(answer(429, "TooManyRequests", { "retry-after": "3" })), { ...watches, times: 2 });
    const follower = await follow();
    await values.set("a", "1");
    await follower.knows({ a: "1" });
    expect(follower.waits).toEqual([3000, 3000]);
    expect(health(follower)).toEqual({ lists: 1, watches: 3 });
  });

  it("met by a burst of 500 waits longer and longer, and goes on without a list", async () => {
    proxy.inject(before(answer(500, "InternalError")), { ...watches, times: 4 });
    const follower = await follow();
    await values.set("a", "1");
    await follower.knows({ a: "1" });
    expect(follower.waits).toEqual([800, 1600, 3200, 6400]);
    expect(health(follower)).toEqual({ lists: 1, watches: 5 });
  });

  it("of which half a chunk comes tells no half event, and misses nothing", async () => {
    proxy.inject(halfChunk(close), { ...watches, times: 1 });
    const follower = await follow();
    await values.set("a", "1");
    await follower.knows({ a: "1" });
    expect(follower.told).toEqual(["+ a"]);
    expect(follower.reasons).toHaveLength(1);
  });

  it("that the server ends at once, again and again, is begun anew, and misses nothing", async () => {
    proxy.inject(afterEvents(0, end), { ...watches, times: 3 });
    const follower = await follow();
    await values.set("a", "1");
    await follower.knows({ a: "1" });
    expect(follower.waits).toEqual([800, 1600, 3200]);
  });

  it("whose events all come twice tells each once", async () => {
    proxy.inject(duplicated(), watches);
    const follower = await follow();
    await values.set("a", "1");
    await values.set("a", "2");
    await values.delete("a");
    await values.set("a", "3");
    await values.set("end", "1");
    await follower.knows({ a: "3", end: "1" });
    expect(follower.told).toEqual(["+ a", "~ a", "- a", "+ a", "+ end"]);
  });

  it("read too slowly is closed by the API server, and misses nothing", async () => {
    const reading = Promise.withResolvers<void>();
    const unread: Fault = async (exchange) => {
      await exchange.pass(await exchange.forward(), async function* late(body) {
        await reading.promise;
        yield* body;
      });
    };
    proxy.inject(unread, { ...watches, times: 1 });
    const follower = await follow();
    const before = await terminated();
    const large = "x".repeat(500_000);
    let count = 0;
    await eventually(
      "the API server to close the watch",
      async () => {
        await values.set("large", `${(count += 1)} ${large}`);
        return (await terminated()) > before;
      },
      { everyMs: 0, withinMs: 50_000 },
    );
    await values.set("large", "small");
    await values.set("after", "1");
    reading.resolve();
    await follower.knows({ large: "small", after: "1" });
  });
});

describe("a list", () => {
  it("whose continue token has expired begins anew, with everything at once", async () => {
    await seed(501);
    const expired = proxy.inject(before(answer(410, "Expired")), { ...lists, path: "continue=" });
    const follower = await follow();
    expect(follower.informer.size).toBe(501);
    expect([expired.hits, health(follower).lists]).toEqual([1, 2]);
  });

  it("is paged by 500", async () => {
    await seed(501);
    const seen = proxy.requests.length;
    const follower = await follow();
    expect(follower.informer.size).toBe(501);
    const pages = proxy.requests.slice(seen).filter(({ watch }) => !watch);
    expect(pages.map(({ path }) => /limit=500(&continue)?/.exec(path)?.[0])).toEqual([
      "limit=500",
      "limit=500&continue",
    ]);
  });

  it("turned away with 429 and Retry-After is asked for again after that time", async () => {
    proxy.inject(before(answer(429, "TooManyRequests", { "retry-after": "1" })), { ...lists, times: 1 });
    await values.set("a", "1");
    const started = performance.now();
    await (await follow()).knows({ a: "1" });
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  it("met by a burst of 500 is tried again, longer and longer apart", async () => {
    proxy.inject(before(answer(500, "InternalError")), { ...lists, times: 4 });
    await values.set("a", "1");
    const follower = await follow();
    await follower.knows({ a: "1" });
    expect(follower.waits).toEqual([800, 1600, 3200, 6400]);
  });

  it.each([
    ["half a chunk comes", halfChunk(close)],
    ["the connection is reset", before(reset)],
  ])("of which %s is asked for again", async (_, fault) => {
    proxy.inject(fault, { ...lists, times: 1 });
    await values.set("a", "1");
    const follower = await follow();
    await follower.knows({ a: "1" });
    expect(follower.reasons).toEqual([]);
  });
});

/** How many watches the API server has closed because nobody read them. */
async function terminated(): Promise<number> {
  const text = String(await plane.client.getPath("/metrics", { signal: AbortSignal.timeout(10_000) }));
  const lines = text.split("\n").filter((line) => line.startsWith("apiserver_terminated_watchers_total{"));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function seed(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `seed-${index}`);
  await Promise.all(names.map((name) => values.set(name, "1")));
}
