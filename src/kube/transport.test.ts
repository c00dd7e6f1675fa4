import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { KubeClient } from "./client.ts";
import type { Credentials } from "./config/cluster-config.ts";
import { connect } from "./connect.ts";
import { ConfigMap, Secret } from "./resources.ts";
import { failure, hangUp, json, lines, serve, silence } from "./testing/raw-server.ts";
import type { ConnectOptions, RequestFacts } from "./transport.ts";

const ref = { namespace: "web", name: "a" };
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...ref, resourceVersion: "7" } };
const { signal } = new AbortController();

function client(
  server: string,
  options: ConnectOptions = {},
  credentials: Credentials = { anonymous: true },
): KubeClient {
  const made = connect({ server, credentials }, options);
  onTestFinished(() => made.close());
  return made;
}

describe("failures of the server", () => {
  it("are the reason that its Status says", async () => {
    const { url } = await serve(failure(403, "Forbidden", 'secrets "a" is forbidden: User "eve" cannot get'));
    await expect(client(url).get(Secret, ref, { signal })).rejects.toMatchObject({
      name: "KubeError",
      reason: "Forbidden",
      status: 403,
      message: 'secrets "a" is forbidden: User "eve" cannot get',
    });
  });

  it("are MalformedAnswer when a 200 is no JSON, and the message does not quote it", async () => {
    const { url } = await serve((response) => response.end("{ top secret"));
    const error = await client(url)
      .get(Secret, ref, { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: "MalformedAnswer" });
    expect(String(error)).not.toContain("top secret");
  });

  it("are MalformedAnswer when a 200 is JSON but no object", async () => {
    const { url } = await serve(json(200, ["a"]));
    await expect(client(url).get(Secret, ref, { signal })).rejects.toMatchObject({ reason: "MalformedAnswer" });
  });

  it("are MalformedAnswer when the answer is endless", async () => {
    const { url } = await serve((response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(1024 * 1024, " "))) {
          // until the socket is full
        }
      };
      response.on("drain", more);
      more();
    });
    await expect(client(url).get(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "MalformedAnswer",
      message: expect.stringContaining("longer than 8388608 bytes"),
    });
  });
});

describe("a write that fails", () => {
  it("was not sent when the connection is refused", async () => {
    const { url } = await unusedPort();
    await expect(client(url).delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "ConnectionFailed",
      sent: false,
      message: expect.stringMatching(/^DELETE http.*\/secrets\/a: connect ECONNREFUSED/),
    });
  });

  it("was not sent when the TLS handshake fails", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(client(`https://127.0.0.1:${port}`).delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "ConnectionFailed",
      sent: false,
    });
  });

  it("may have happened when the connection is cut, and is not repeated", async () => {
    const server = await serve(hangUp);
    await expect(client(server.url).delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "ConnectionFailed",
      sent: true,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("may have happened when half of the answer came", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.socket?.destroy());
    });
    await expect(client(url).delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "ConnectionFailed",
      sent: true,
    });
  });

  it("may have happened when no answer comes in time", async () => {
    const { url } = await serve(silence);
    await expect(client(url, { requestTimeoutSeconds: 0.05 }).delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "Timeout",
      sent: true,
    });
  });

  it("may have happened when its caller gives up", async () => {
    const giveUp = new AbortController();
    const { url } = await serve(() => giveUp.abort());
    await expect(client(url).delete(Secret, ref, giveUp)).rejects.toMatchObject({ reason: "Aborted", sent: true });
  });

  it("was not sent when its caller gives up while it waits for a connection", async () => {
    const server = await serve(silence);
    const kube = client(server.url, { maxConnections: 1 });
    const first = kube.get(ConfigMap, ref, { signal }).catch(() => undefined);
    const giveUp = new AbortController();
    const second = kube.delete(Secret, ref, giveUp);
    giveUp.abort();
    await expect(second).rejects.toMatchObject({ reason: "Aborted", sent: false });
    await kube.close();
    await first;
    expect(server.requests.filter(({ method }) => method === "DELETE")).toEqual([]);
  });

  it("was not sent when its caller had given up before", async () => {
    const server = await serve(json(200, object));
    await expect(client(server.url).delete(Secret, ref, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: "Aborted",
      sent: false,
    });
    expect(server.requests).toEqual([]);
  });
});

describe("retries", () => {
  it("repeat a read when the connection was cut", async () => {
    const server = await serve(hangUp, json(200, object));
    await expect(client(server.url).get(ConfigMap, ref, { signal })).resolves.toMatchObject({ kind: "ConfigMap" });
    expect(server.requests).toHaveLength(2);
  });

  it("repeat a write that was turned away with 429", async () => {
    const server = await serve(failure(429, "TooManyRequests", "later", { "retry-after": "0" }), json(200, object));
    await client(server.url).delete(Secret, ref, { signal });
    expect(server.requests.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
  });

  it("end when the caller gives up", async () => {
    const giveUp = new AbortController();
    const { url } = await serve(failure(429, "TooManyRequests", "later", { "retry-after": "20" }));
    const kube = client(url, { onRequest: () => queueMicrotask(() => giveUp.abort()) });
    await expect(kube.delete(Secret, ref, giveUp)).rejects.toMatchObject({ reason: "Aborted", sent: false });
  });
});

describe("identity", () => {
  it("is a bearer token, a user agent and nothing else", async () => {
    const server = await serve(json(200, object));
    await client(server.url, { userAgent: "certferry/1.2.3" }, { token: () => Promise.resolve("t0ken") }).get(
      ConfigMap,
      ref,
      { signal },
    );
    const { authorization, "user-agent": agent } = server.requests[0]?.headers ?? {};
    expect({ authorization, agent }).toEqual({ authorization: "Bearer t0ken", agent: "certferry/1.2.3" });
  });

  it("is renewed once when the server refuses the token, also for a write", async () => {
    const server = await serve(failure(401, "Unauthorized"), json(200, object));
    const token = (_: AbortSignal, refused?: string): Promise<string> =>
      Promise.resolve(refused === "old" ? "new" : "old");
    await client(server.url, {}, { token }).delete(Secret, ref, { signal });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
  });

  it("is Unauthorized when there is no other token to be had", async () => {
    const server = await serve(failure(401, "Unauthorized"));
    const kube = client(server.url, {}, { token: () => Promise.resolve("old") });
    await expect(kube.get(Secret, ref, { signal })).rejects.toMatchObject({ reason: "Unauthorized", status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  it("is Unauthorized when the new token is refused as well", async () => {
    const server = await serve(failure(401, "Unauthorized"));
    let count = 0;
    const kube = client(server.url, {}, { token: () => Promise.resolve(`token-${++count}`) });
    await expect(kube.get(Secret, ref, { signal })).rejects.toMatchObject({ reason: "Unauthorized" });
    expect(server.requests).toHaveLength(2);
  });

  it("that cannot be had sends nothing, and says why", async () => {
    const server = await serve(json(200, object));
    const kube = client(server.url, {}, { token: () => Promise.reject(new Error("cannot read /token")) });
    await expect(kube.delete(Secret, ref, { signal })).rejects.toMatchObject({
      reason: "Unauthorized",
      sent: false,
      message: expect.stringContaining("cannot read /token"),
    });
    expect(server.requests).toEqual([]);
  });
});

describe("connections", () => {
  it("are kept and used again", async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((response, request) => {
      ports.add(request.socket.remotePort);
      json(200, object)(response, request);
    });
    const kube = client(url);
    for (let count = 0; count < 20; count += 1) await kube.get(ConfigMap, ref, { signal });
    // undici rests a connection for a moment after an answer, and goes on with a second one.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("that are idle are not used any more once an answer did not come in time: they may be as dead", async () => {
    const ports: (number | undefined)[] = [];
    const answered = Promise.withResolvers<void>();
    const { url } = await serve((response, request) => {
      ports.push(request.socket.remotePort);
      if (request.method === "DELETE") return;
      if (ports.length === 2) answered.resolve();
      void answered.promise.then(() => json(200, object)(response, request));
    });
    const kube = client(url, { requestTimeoutSeconds: 2 });
    await Promise.all([kube.get(ConfigMap, ref, { signal }), kube.get(ConfigMap, ref, { signal })]);
    await expect(kube.delete(Secret, ref, { signal })).rejects.toMatchObject({ reason: "Timeout" });
    await kube.get(ConfigMap, ref, { signal });
    expect(ports.slice(0, 3)).not.toContain(ports[3]);
  });

  it("are no more than allowed", async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((response, request) => {
      ports.add(request.socket.remotePort);
      json(200, object)(response, request);
    });
    const kube = client(url, { maxConnections: 3 });
    await Promise.all(Array.from({ length: 30 }, () => kube.get(ConfigMap, ref, { signal })));
    expect(ports.size).toBe(3);
  });

  it("of watches leave those of writes free", async () => {
    const server = await serve(lines([]), lines([]), json(200, object));
    const kube = client(server.url, { maxConnections: 1 });
    const stop = new AbortController();
    const options = { resourceVersion: "1", timeoutSeconds: 300, signal: stop.signal };
    const watches = [kube.watch(ConfigMap, options).next(), kube.watch(Secret, options).next()];
    await expect.poll(() => server.requests.length).toBe(2);
    await expect(kube.delete(Secret, ref, { signal })).resolves.toBeUndefined();
    stop.abort();
    await expect(Promise.all(watches)).rejects.toMatchObject({ reason: "Aborted" });
  });

  it("are cut when the client closes", async () => {
    const server = await serve(silence);
    const kube = client(server.url);
    const request = kube.delete(Secret, ref, { signal }).catch((error: unknown) => error);
    await expect.poll(() => server.requests.length).toBe(1);
    await kube.close();
    expect(await request).toMatchObject({ reason: "Aborted", sent: true });
  });

  it("are not opened again by a closed client", async () => {
    const server = await serve(json(200, object));
    const kube = client(server.url);
    await kube.close();
    await expect(kube.get(ConfigMap, ref, { signal })).rejects.toMatchObject({ reason: "Aborted", sent: false });
    expect(server.requests).toEqual([]);
  });
});

describe("the path of the server", () => {
  it("is put before every path", async () => {
    const server = await serve(json(200, object));
    await client(`${server.url}/k8s/clusters/c-1/`).get(ConfigMap, ref, { signal });
    expect(server.requests[0]?.path).toBe("/k8s/clusters/c-1/api/v1/namespaces/web/configmaps/a");
  });
});

describe("onRequest", () => {
  it("tells of every attempt with its code", async () => {
    const { url } = await serve(failure(429, "TooManyRequests"), json(200, object));
    const facts: RequestFacts[] = [];
    await client(url, { onRequest: (fact) => facts.push(fact) }).get(ConfigMap, ref, { signal });
    expect(facts.map(({ method, resource, code }) => ({ method, resource, code }))).toEqual([
      { method: "GET", resource: "configmaps", code: 429 },
      { method: "GET", resource: "configmaps", code: 200 },
    ]);
  });

  it("tells of an attempt without an answer", async () => {
    const { url } = await serve(hangUp);
    const facts: RequestFacts[] = [];
    await client(url, { onRequest: (fact) => facts.push(fact) })
      .delete(Secret, ref, { signal })
      .catch(() => undefined);
    expect(facts).toEqual([
      { method: "DELETE", resource: "secrets", code: undefined, seconds: expect.any(Number) as number },
    ]);
  });
});

/** An address where nobody listens. */
async function unusedPort(): Promise<{ url: string }> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return { url: `http://127.0.0.1:${port}` };
}
