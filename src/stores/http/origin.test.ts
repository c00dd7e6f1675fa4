import { describe, expect, it, onTestFinished } from "vitest";
import { chainFor, issue } from "../../../test/fixtures/pki.ts";
import { OTHER_CA_PEM } from "../../kube/testing/certificates.ts";
import { type Behaviour, hangUp, serve, silence } from "../../kube/testing/raw-server.ts";
import { egressGuard } from "../egress/index.ts";
import type { HttpRequest } from "./message.ts";
import { Origin, type OriginOptions } from "./origin.ts";
import { answer, guardTo, openGuard, serveTls, serveWith, type TlsServer } from "./testing/tls-server.ts";

const signal = new AbortController().signal;
const get: HttpRequest = { method: "GET", path: "/", signal };
const post: HttpRequest = { method: "POST", path: "/", body: "{}", signal };

function originOf(options: Partial<OriginOptions> & { origin: string }): Origin {
  const origin = new Origin({ guard: openGuard, timeoutMs: 20_000, ...options });
  onTestFinished(() => origin.close());
  return origin;
}

async function serving(...behaviours: [Behaviour, ...Behaviour[]]): Promise<{ origin: Origin; server: TlsServer }> {
  const server = await serveTls(...behaviours);
  return { origin: originOf({ origin: server.url, caPem: server.caPem }), server };
}

describe("an answer", () => {
  it("is given whatever its status, with names of headers in lower case", async () => {
    const { origin } = await serving(answer(418, "short and stout", { "X-Kind": "pot", "Set-Cookie": ["a=1", "b=2"] }));
    const { status, headers, body } = await origin.send(get);
    expect([status, body.toString()]).toEqual([418, "short and stout"]);
    expect(headers).toMatchObject({ "x-kind": "pot", "set-cookie": "a=1, b=2" });
  });

  it("is of the request as it was made", async () => {
    const { origin, server } = await serving(answer(204));
    await origin.send({ method: "PUT", path: "/a?b=c%20d", headers: { "x-a": "1" }, body: Buffer.from("é"), signal });
    expect(server.requests).toMatchObject([
      { method: "PUT", path: "/a?b=c%20d", body: "é", headers: { "x-a": "1", "user-agent": "certferry" } },
    ]);
  });

  it("leaves its connection to the next request", async () => {
    const { origin, server } = await serving(answer(200, "a"));
    for (let requests = 0; requests < 20; requests += 1) await origin.send(post);
    // The second one comes before the first connection knows that its answer has ended.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it("does not wait for that of others: how many are asked at once is the gate's to say", async () => {
    const waiting: (() => void)[] = [];
    const { origin } = await serving((response) => {
      waiting.push(() => response.end());
      if (waiting.length === 40) for (const end of waiting) end();
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => origin.send(post)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it.each<[number, string, string]>([
    [302, "https://sso.example.com/login?secret=1", ", to https://sso.example.com"],
    [307, "/elsewhere", ", to https://command.example.com"],
    [301, "javascript:alert(1)", ""],
  ])("of %i to %s is not followed", async (status, location, to) => {
    const server = await serveTls(answer(status, "", { location }));
    const guard = guardTo("command.example.com", server.url);
    const origin = originOf({ origin: "https://command.example.com", caPem: server.caPem, guard });
    await expect(origin.send(post)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "RedirectRefused",
      message: `command.example.com answers with a redirect (HTTP ${status}${to}), which is never followed. Put the address that it means into the store, if it is the right one.`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("is not taken when it is longer than 16 MiB", async () => {
    const { origin } = await serving((response) => {
      response.writeHead(200);
      for (let mebibytes = 0; mebibytes < 17; mebibytes += 1) response.write(Buffer.alloc(1_048_576));
      response.end();
    });
    await expect(origin.send(post)).rejects.toMatchObject({
      reason: "StoreUnavailable",
      happened: "unknown",
      silent: false,
      message: expect.stringContaining("does not answer as it should (the answer is longer than 16777216 bytes)"),
    });
  });
});

describe("what was never answered", () => {
  const half: Behaviour = (response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => response.socket?.destroy());
  };
  const nonsense: Behaviour = (response) => void response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n");

  it.each<[string, Behaviour, string]>([
    ["a connection that is cut", hangUp, "cannot be reached, or has ended the connection ("],
    ["half a body", half, "cannot be reached, or has ended the connection ("],
    ["what is no HTTP", nonsense, "does not answer as it should (the answer is not HTTP/1.1)"],
  ])("leaves a write in doubt, and no read: %s", async (_, behaviour, message) => {
    const { origin } = await serving(behaviour);
    const failure = { name: "TransientError", reason: "StoreUnavailable", message: expect.stringContaining(message) };
    await expect(origin.send(post)).rejects.toMatchObject({ ...failure, happened: "unknown" });
    await expect(origin.send(get)).rejects.toMatchObject({ ...failure, happened: "no" });
    await expect(origin.send({ ...post, reads: true })).rejects.toMatchObject({ ...failure, happened: "no" });
  });

  const slowHeaders: Behaviour = (response) => void response.socket?.write("HTTP/1.1 200 OK\r\nx-a: ");
  const stalled: Behaviour = (response) => void response.writeHead(200, { "content-length": "9" }).write("half");

  it.each<[string, Behaviour]>([
    ["nothing at all", silence],
    ["half a header", slowHeaders],
    ["half a body", stalled],
  ])("in time is silence, in doubt for a write: %s", async (_, behaviour) => {
    const server = await serveTls(answer(200), behaviour);
    const origin = originOf({ origin: server.url, caPem: server.caPem, timeoutMs: 2_000 });
    // Its connection is there, whatever this machine is busy with.
    await origin.send(get);
    await new Promise(setImmediate);
    await expect(origin.send(post)).rejects.toMatchObject({
      reason: "StoreUnavailable",
      happened: "unknown",
      silent: true,
      message: `${new URL(server.url).host} gives no answer (no whole answer within 2 s); it is tried again.`,
    });
  });

  it("since the caller gave up says so, and whether it was sent", async () => {
    const arrived = Promise.withResolvers<void>();
    const { origin } = await serving(() => arrived.resolve());
    const abort = new AbortController();
    const sent = origin.send({ ...post, signal: abort.signal });
    sent.catch(() => {});
    await arrived.promise;
    abort.abort(new DOMException("no end within 60 s", "TimeoutError"));
    await expect(sent).rejects.toMatchObject({ happened: "unknown" });
    await expect(origin.send({ ...post, signal: abort.signal })).rejects.toMatchObject({
      happened: "no",
      message: expect.stringContaining("was not waited for (no end within 60 s); it is tried again."),
    });
  });

  it("since the store was closed ends at once", async () => {
    const arrived = Promise.withResolvers<void>();
    const { origin } = await serving(() => arrived.resolve());
    const open = origin.send(post);
    open.catch(() => {});
    await arrived.promise;
    await origin.close();
    await expect(open).rejects.toMatchObject({ happened: "unknown", silent: false });
    await expect(origin.send(post)).rejects.toMatchObject({ happened: "no" });
  });
});

describe("what was never sent", () => {
  it("did not happen: a refused connection", async () => {
    const { url } = await serve(silence);
    const { port } = new URL(url);
    const guard = guardTo("gone.example.com", "https://127.0.0.1:1");
    await expect(originOf({ origin: `https://gone.example.com:${port}`, guard }).send(post)).rejects.toMatchObject({
      reason: "StoreUnavailable",
      happened: "no",
      silent: true,
      message: `gone.example.com:${port} cannot be reached, or has ended the connection (connect ECONNREFUSED 127.0.0.1:1); it is tried again.`,
    });
  });

  it("did not happen: a name that does not resolve", async () => {
    const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND gone.example.com"), { code: "ENOTFOUND" });
    const guard = egressGuard({ deny: [], allow: undefined, resolve: new Map() }, (_, done) => done(unknown, []));
    await expect(originOf({ origin: "https://gone.example.com", guard }).send(post)).rejects.toMatchObject({
      reason: "StoreUnavailable",
      happened: "no",
      message: expect.stringContaining("(getaddrinfo ENOTFOUND gone.example.com)"),
    });
  });

  it("did not happen: a server that speaks no TLS", async () => {
    const { url, requests } = await serve(answer(200));
    const origin = originOf({ origin: url.replace("http:", "https:") });
    await expect(origin.send(post)).rejects.toMatchObject({
      reason: "StoreUnavailable",
      happened: "no",
      message: expect.stringContaining("does not speak TLS as it should (ERR_SSL_"),
    });
    expect(requests).toEqual([]);
  });

  it("is refused by the operator's flags, in their own words", async () => {
    const server = await serveTls(answer(200));
    const guard = egressGuard({ deny: ["127.0.0.0/8"], allow: undefined, resolve: new Map() });
    await expect(originOf({ origin: server.url, guard }).send(get)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "EgressDenied",
    });
    expect(server.connections()).toBe(0);
  });

  it("cannot be, to what is not https", () => {
    expect(() => new Origin({ origin: "http://command.example.com", guard: openGuard, timeoutMs: 1 })).toThrow(
      "http://command.example.com is not https",
    );
  });
});

describe("the server's certificate", () => {
  const day = 86_400_000;
  const ago = (days: number): Date => new Date(Date.now() - days * day);

  /** What comes of a request to `command.example.com` at a server with this certificate. */
  async function sendTo(tls: { cert: string; key: string }, caPem?: string): Promise<unknown> {
    const server = await serveWith(tls, answer(200, "welcome"));
    const guard = guardTo("command.example.com", server.url);
    const { body } = await originOf({ origin: "https://command.example.com", caPem, guard }).send(post);
    return body.toString();
  }
  const untrusted = (message: unknown) => ({
    name: "TransientError",
    reason: "TlsNotTrusted",
    happened: "no",
    silent: false,
    message,
  });

  it("is trusted by the root, by an intermediate or by itself, when the store names that", async () => {
    const { root, intermediate, leaf } = await chainFor("command.example.com");
    const whole = { cert: leaf.pem + intermediate.pem, key: leaf.keyPem };
    expect(await sendTo(whole, root.pem)).toBe("welcome");
    expect(await sendTo(whole, OTHER_CA_PEM + root.pem)).toBe("welcome");
    expect(await sendTo({ cert: leaf.pem, key: leaf.keyPem }, intermediate.pem)).toBe("welcome");
    expect(await sendTo({ cert: leaf.pem, key: leaf.keyPem }, leaf.pem)).toBe("welcome");
  });

  it("is not trusted when nobody has named its CA, or another one, or its intermediate is missing", async () => {
    const { root, intermediate, leaf } = await chainFor("command.example.com");
    const whole = { cert: leaf.pem + intermediate.pem, key: leaf.keyPem };
    const named = (ca: string): string =>
      `The certificate of command.example.com does not come from ${ca}, or have the server send the intermediate certificates as well (UNABLE_TO_`;
    const unnamed = named("a CA that is known. Name the CA that issued it in caSecretRef or caConfigMapRef");
    await expect(sendTo(whole)).rejects.toMatchObject(untrusted(expect.stringContaining(unnamed)));
    const other = named("the CA that the store names. Put the CA there that issued it");
    await expect(sendTo(whole, OTHER_CA_PEM)).rejects.toMatchObject(untrusted(expect.stringContaining(other)));
    const namesake = await issue({ subject: "CN=Test Root", ca: true });
    await expect(sendTo(whole, namesake.pem)).rejects.toMatchObject(
      untrusted(expect.stringContaining(other.replace(/\(.*/, "(CERT_SIGNATURE_FAILURE)"))),
    );
    const part = { cert: leaf.pem, key: leaf.keyPem };
    await expect(sendTo(part, root.pem)).rejects.toMatchObject(untrusted(expect.stringContaining(other)));
  });

  it("is not trusted when it has expired, or is not valid yet", async () => {
    const ca = await issue({ subject: "CN=CA", ca: true, notBefore: ago(100) });
    const names = { subject: "CN=command", issuer: ca, dnsNames: ["command.example.com"] };
    const old = await issue({ ...names, notBefore: ago(90), notAfter: ago(1) });
    await expect(sendTo({ cert: old.pem, key: old.keyPem }, ca.pem)).rejects.toMatchObject(
      untrusted("The certificate of command.example.com, or one of its CAs, has expired; have it renewed there."),
    );
    const early = await issue({ ...names, notBefore: ago(-1) });
    await expect(sendTo({ cert: early.pem, key: early.keyPem }, ca.pem)).rejects.toMatchObject(
      untrusted("The certificate of command.example.com, or one of its CAs, is not valid yet; check the clocks."),
    );
  });

  it("is not trusted for another host, whose names are told", async () => {
    const ca = await issue({ subject: "CN=CA", ca: true });
    const { pem: cert, keyPem: key } = await issue({
      subject: "CN=x",
      issuer: ca,
      dnsNames: ["a.example.com", "b.example.com"],
    });
    await expect(sendTo({ cert, key }, ca.pem)).rejects.toMatchObject(
      untrusted(
        "The certificate of command.example.com is for DNS:a.example.com, DNS:b.example.com; use a name that it holds, or have it reissued.",
      ),
    );
  });
});
