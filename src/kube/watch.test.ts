import { describe, expect, it, onTestFinished } from "vitest";
import type { WatchEvent } from "./client.ts";
import { connect } from "./connect.ts";
import { ConfigMap } from "./resources.ts";
import { type Behaviour, end, failure, hangUp, lines, serve, silence } from "./testing/raw-server.ts";

const added = { type: "ADDED", object: { metadata: { name: "a", namespace: "web", resourceVersion: "7" } } };
const bookmark = { type: "BOOKMARK", object: { kind: "ConfigMap", metadata: { resourceVersion: "8" } } };
const { signal: never } = new AbortController();

/** Reads one watch to its end: what it told, and the error that ended it. */
async function read(
  behaviour: Behaviour,
  signal: AbortSignal = never,
): Promise<{ told: WatchEvent<ConfigMap>[]; error: unknown; path: string | undefined }> {
  const server = await serve(behaviour);
  const kube = connect({ server: server.url, credentials: { anonymous: true } });
  onTestFinished(() => kube.close());
  const told: WatchEvent<ConfigMap>[] = [];
  try {
    const options = { namespace: "web", labelSelector: "a=b", resourceVersion: "5", timeoutSeconds: 300, signal };
    for await (const event of kube.watch(ConfigMap, options)) told.push(event);
    return { told, error: undefined, path: server.requests[0]?.path };
  } catch (error) {
    return { told, error, path: server.requests[0]?.path };
  }
}

describe("a watch", () => {
  it("asks for bookmarks, from a version, for a time", async () => {
    const { path } = await read(lines([], end));
    expect(path).toBe(
      "/api/v1/namespaces/web/configmaps?watch=true&allowWatchBookmarks=true&labelSelector=a%3Db&resourceVersion=5&timeoutSeconds=300",
    );
  });

  it("tells events and bookmarks and returns when the server ends it", async () => {
    await expect(read(lines([added, bookmark], end))).resolves.toMatchObject({
      told: [
        { type: "ADDED", object: { kind: "ConfigMap", metadata: { name: "a" } } },
        { type: "BOOKMARK", resourceVersion: "8" },
      ],
      error: undefined,
    });
  });

  it("tells an event that comes in two pieces", async () => {
    const text = `${JSON.stringify(added)}\n`;
    const { told } = await read((response) => {
      response.write(text.slice(0, 20), () => setImmediate(() => response.end(text.slice(20))));
    });
    expect(told).toHaveLength(1);
  });

  it("throws Expired for a 410 in its midst, after what it told", async () => {
    const gone = { type: "ERROR", object: { kind: "Status", reason: "Expired", code: 410, message: "too old" } };
    const { told, error } = await read(lines([added, gone]));
    expect(told).toHaveLength(1);
    expect(error).toMatchObject({ reason: "Expired", status: 410 });
  });

  it("throws what the server answers instead", async () => {
    const { error } = await read(failure(429, "TooManyRequests", "busy", { "retry-after": "3" }));
    expect(error).toMatchObject({ reason: "TooManyRequests", retryAfterSeconds: 3 });
  });

  it("throws ConnectionFailed when the connection is cut", async () => {
    const { told, error } = await read(lines([added], hangUp));
    expect(told).toHaveLength(1);
    expect(error).toMatchObject({ reason: "ConnectionFailed" });
  });

  it("throws ConnectionFailed when it ends within an event, though in good order", async () => {
    const { told, error } = await read((response) => response.end('{"type":"ADDED"'));
    expect(told).toEqual([]);
    expect(error).toMatchObject({ reason: "ConnectionFailed" });
  });

  it("throws ConnectionFailed when half of a chunk comes", async () => {
    const { told, error } = await read((response, request) => {
      lines([added], () => response.socket?.end('100\r\n{"type":"ADDED"'))(response, request);
    });
    expect(told).toHaveLength(1);
    expect(error).toMatchObject({ reason: "ConnectionFailed" });
  });

  it("does not read ahead of a slow consumer", async () => {
    const text = `${JSON.stringify({ ...added, filler: "x".repeat(100_000) })}\n`;
    let offered = 0;
    const server = await serve((response) => {
      const offer = (): void => {
        while (offered < 1000 && response.write(text)) offered += 1;
      };
      response.on("drain", offer);
      offer();
    });
    const kube = connect({ server: server.url, credentials: { anonymous: true } });
    onTestFinished(() => kube.close());
    const watch = kube.watch(ConfigMap, { resourceVersion: "5", timeoutSeconds: 300, signal: never });
    await watch.next();
    // Long enough for all 100 MB, were anybody reading.
    for (let turns = 0; turns < 5000; turns += 1) await new Promise((next) => setImmediate(next));
    expect(offered).toBeLessThan(300);
    await watch.return();
  });

  it.each([
    ["is not JSON", "top secret\n"],
    ["has no type", '{"object":{"metadata":{"name":"a"}}}\n'],
    ["has no object", '{"type":"ADDED"}\n'],
    ["is a bookmark without a version", '{"type":"BOOKMARK","object":{"metadata":{}}}\n'],
  ])("throws MalformedAnswer when an event %s", async (_, text) => {
    const { error } = await read((response) => response.end(text));
    expect(error).toMatchObject({ reason: "MalformedAnswer" });
    expect(String(error)).not.toContain("top secret");
  });

  it("throws Aborted when its caller stops it", async () => {
    const stop = new AbortController();
    const { error } = await read((response, request) => {
      lines([added], silence)(response, request);
      setImmediate(() => stop.abort());
    }, stop.signal);
    expect(error).toMatchObject({ reason: "Aborted" });
  });
});
