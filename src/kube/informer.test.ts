import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "./connect.ts";
import { Informer, type InformerOptions, type InformerProblem } from "./informer.ts";
import type { ReflectorClock } from "./reflector.ts";
import { ConfigMap } from "./resources.ts";
import {
  type Behaviour,
  end,
  failure,
  hangUp,
  json,
  lines,
  type RawServer,
  serve,
  silence,
} from "./testing/raw-server.ts";

function configMap(name: string, resourceVersion: string, namespace = "web") {
  return { metadata: { name, namespace, resourceVersion, uid: `uid-${name}` } };
}

function list(resourceVersion: string, ...items: object[]): Behaviour {
  return json(200, { metadata: { resourceVersion }, items });
}

interface Running {
  informer: Informer<ConfigMap>;
  server: RawServer;
  told: string[];
  problems: InformerProblem[];
  waits: number[];
  stop: () => Promise<void>;
}

/** An informer whose back-off takes no time, against a server that behaves so. */
async function running(
  behaviours: [Behaviour, ...Behaviour[]],
  options: InformerOptions<ConfigMap> = {},
): Promise<Running> {
  const server = await serve(...behaviours);
  const kube = connect({ server: server.url, credentials: { anonymous: true } });
  onTestFinished(() => kube.close());
  const waits: number[] = [];
  const problems: InformerProblem[] = [];
  const clock: ReflectorClock = {
    now: () => performance.now(),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return new Promise((resume) => setImmediate(resume));
    },
    random: () => 0,
  };
  const informer = new Informer(kube, ConfigMap, { clock, onProblem: (problem) => problems.push(problem), ...options });
  const told: string[] = [];
  informer.onChange(({ key, old, new: now, initial }) => {
    const sign = old === undefined ? "+" : now === undefined ? "-" : "~";
    told.push(`${sign} ${key}${initial ? " initial" : ""}`);
  });
  const stopping = new AbortController();
  const run = informer.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await run;
  };
  onTestFinished(stop);
  return { informer, server, told, problems, waits, stop };
}

describe("an informer", () => {
  it("lists, watches, and tells", async () => {
    const events = [
      { type: "ADDED", object: configMap("b", "11") },
      { type: "MODIFIED", object: configMap("a", "12") },
      { type: "DELETED", object: configMap("b", "13") },
    ];
    const { told, informer } = await running([list("10", configMap("a", "1")), lines(events)]);
    await expect.poll(() => told).toEqual(["+ web/a initial", "+ web/b", "~ web/a", "- web/b"]);
    expect(informer.get("web/a")?.metadata.resourceVersion).toBe("12");
    expect([...informer.values()]).toHaveLength(1);
  });

  it("has synced after the first list", async () => {
    const { informer } = await running([list("10"), silence]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    expect(informer.hasSynced).toBe(true);
  });

  it("has not synced while the list is not there, and waiting for it can be given up", async () => {
    const { informer } = await running([silence]);
    expect(informer.hasSynced).toBe(false);
    await expect(informer.whenSynced(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });

  it("has synced when every one of its namespaces is listed", async () => {
    const byNamespace: Behaviour = (response, request) => {
      if (request.url?.includes("watch=true")) return silence(response, request);
      const namespace = request.url?.includes("/namespaces/web/") ? "web" : "app";
      return list("10", configMap("a", "1", namespace))(response, request);
    };
    const { informer, server } = await running([byNamespace], { namespaces: ["web", "app"] });
    await informer.whenSynced(AbortSignal.timeout(5000));
    expect(new Set([...informer.values()].map(({ metadata }) => metadata.namespace))).toEqual(new Set(["app", "web"]));
    expect(server.requests.every(({ path }) => path.startsWith("/api/v1/namespaces/"))).toBe(true);
  });

  it("tells a late handler what is there", async () => {
    const { informer } = await running([list("10", configMap("a", "1")), silence]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    const late: string[] = [];
    informer.onChange(({ key, initial }) => late.push(`${key} ${initial}`));
    expect(late).toEqual(["web/a true"]);
  });

  it("goes on when a handler throws, and reports it", async () => {
    const { informer, told, problems } = await running([
      list("10"),
      lines([{ type: "ADDED", object: configMap("a", "11") }]),
    ]);
    informer.onChange(() => {
      throw new Error("boom");
    });
    informer.onChange(({ key }) => told.push(`second ${key}`));
    await expect.poll(() => told).toEqual(["+ web/a", "second web/a"]);
    expect(problems).toMatchObject([{ during: "handler", resource: "configmaps", error: { message: "boom" } }]);
  });

  it("finds by index", async () => {
    const indexes = { byName: ({ metadata }: ConfigMap) => [metadata.name] };
    const { informer } = await running([list("10", configMap("a", "1")), silence], { indexes });
    await informer.whenSynced(AbortSignal.timeout(5000));
    expect(informer.byIndex("byName", "a")).toHaveLength(1);
  });

  it("takes the answer of a write, and the watch's news of it tells nobody again", async () => {
    const answered = Promise.withResolvers<void>();
    const events = [
      { type: "MODIFIED", object: configMap("a", "15") },
      { type: "ADDED", object: configMap("b", "16") },
    ];
    const watch: Behaviour = (response, request) => void answered.promise.then(() => lines(events)(response, request));
    const { informer, told } = await running([list("10", configMap("a", "1")), watch]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    const object = { apiVersion: "v1", kind: "ConfigMap", ...configMap("a", "15") };
    informer.applyAnswer(object);
    expect(informer.get("web/a")).toEqual(object);
    answered.resolve();
    await expect.poll(() => told).toEqual(["+ web/a initial", "~ web/a", "+ web/b"]);
  });

  it("stops when it is told to", async () => {
    const { informer, stop } = await running([list("10"), silence]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    await expect(stop()).resolves.toBeUndefined();
  });

  it("cannot run twice", async () => {
    const { informer } = await running([list("10"), silence]);
    await expect(informer.run(new AbortController().signal)).rejects.toThrow("runs already");
  });
});

describe("an informer survives", () => {
  it("a watch that is cut: it goes on from the last version", async () => {
    const first = lines([{ type: "ADDED", object: configMap("a", "11") }], hangUp);
    const second = lines([{ type: "ADDED", object: configMap("b", "12") }]);
    const { told, server, problems, waits } = await running([list("10"), first, list("11"), second]);
    await expect.poll(() => told).toEqual(["+ web/a", "+ web/b"]);
    expect(server.requests.at(-2)?.path).toBe("/api/v1/configmaps?limit=1");
    expect(server.requests.at(-1)?.path).toContain("resourceVersion=11&");
    expect(problems).toMatchObject([{ during: "watch", error: { reason: "ConnectionFailed" } }]);
    expect(waits).toEqual([800]);
  });

  it("a 410 in the midst: it lists again and tells what was deleted meanwhile", async () => {
    const gone = { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } };
    const behaviours = [list("10", configMap("a", "1"), configMap("b", "2")), lines([gone])] as const;
    const { told } = await running([...behaviours, list("30", configMap("b", "25")), silence]);
    await expect.poll(() => told.slice(2)).toEqual(["~ web/b", "- web/a"]);
  });

  it("an etcd restored to older data: it lists again", async () => {
    const behaviours = [
      list("10", configMap("a", "7")),
      lines([], hangUp),
      list("6"),
      list("6", configMap("b", "5")),
    ] as const;
    const { informer, told } = await running([...behaviours, silence]);
    await expect.poll(() => told.slice(1)).toEqual(["+ web/b", "- web/a"]);
    expect([...informer.values()].map(({ metadata }) => metadata.name)).toEqual(["b"]);
  });

  it("a list that fails: it tries again", async () => {
    const broken = failure(500, "InternalError");
    const { informer, waits } = await running([broken, broken, list("10"), silence]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    expect(waits).toEqual([800, 1600]);
  });

  it("a login that is refused for a while", async () => {
    const refused = failure(401, "Unauthorized");
    const { informer } = await running([refused, list("10"), refused, list("10"), silence]);
    await informer.whenSynced(AbortSignal.timeout(5000));
    await expect.poll(() => informer.health()[0]?.watches).toBe(2);
  });

  it("a watch that ends within an event: it goes on from the last whole one", async () => {
    const first = lines([{ type: "ADDED", object: configMap("a", "11") }], (response) =>
      response.end('{"type":"ADDED","obj'),
    );
    const second = lines([{ type: "ADDED", object: configMap("b", "12") }]);
    const { told, server } = await running([list("10"), first, list("12"), second]);
    await expect.poll(() => told).toEqual(["+ web/a", "+ web/b"]);
    expect(server.requests.at(-1)?.path).toContain("resourceVersion=11&");
  });

  it("a busy server: it waits as long as it is asked to", async () => {
    const busy = failure(429, "TooManyRequests", "busy", { "retry-after": "5" });
    const { waits } = await running([list("10"), busy, silence]);
    await expect.poll(() => waits).toEqual([5000]);
  });

  it("a server that ends every watch at once: it slows down", async () => {
    const { waits } = await running([list("10"), lines([], end), lines([], end), lines([], end), silence]);
    await expect.poll(() => waits).toEqual([800, 1600, 3200]);
  });
});
