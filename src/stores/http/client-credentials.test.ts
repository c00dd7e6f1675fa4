import type { ServerResponse } from "node:http";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { type OAuthOptions, OAuthServer } from "../../../test/servers/oauth/index.ts";
import { OTHER_CA_PEM } from "../../kube/testing/certificates.ts";
import { type Behaviour, silence } from "../../kube/testing/raw-server.ts";
import { egressGuard } from "../egress/index.ts";
import { CredentialsRefused } from "../errors.ts";
import { ClientCredentials } from "./client-credentials.ts";
import { HttpsConnection } from "./connection.ts";
import { answer, openGuard, serveTls, type TlsServer } from "./testing/tls-server.ts";
import type { ClientLogin, TokenEndpointOptions } from "./token-endpoint.ts";

const { signal } = new AbortController();
/** What a secret may be: everything that one of the encodings on its way changes. */
const [clientId, clientSecret] = ["certferry:prod", "s3cret+/ :%&=~"];

/** A client of oidc-provider, by a clock that stands still. */
async function client(
  options: Partial<OAuthOptions> = {},
  login: Partial<ClientLogin> = {},
): Promise<{ oauth: OAuthServer; login: ClientCredentials; clock: { now: number } }> {
  const oauth = await OAuthServer.start({ clientId, clientSecret, ...options });
  onTestFinished(() => oauth.close());
  const clock = { now: 5_000 };
  return { oauth, login: loginAt(oauth, login, {}, clock), clock };
}

function loginAt(
  { caPem, tokenUrl }: { caPem: string; tokenUrl: string },
  login: Partial<ClientLogin> = {},
  options: Partial<TokenEndpointOptions> = {},
  clock = { now: 0 },
): ClientCredentials {
  const from = "Secret command-oauth";
  const made = new ClientCredentials(
    { tokenUrl, clientId, clientSecret, from, ...login },
    { caPem, guard: openGuard, timeoutMs: 20_000, ...options },
    () => clock.now,
  );
  onTestFinished(() => made.close());
  return made;
}

/** A login at a token endpoint that answers so. */
async function at(
  behaviours: [Behaviour, ...Behaviour[]],
  login: Partial<ClientLogin> = {},
  options: Partial<TokenEndpointOptions> = {},
): Promise<{ server: TlsServer; login: ClientCredentials; host: string }> {
  const server = await serveTls(...behaviours);
  const made = loginAt({ caPem: server.caPem, tokenUrl: `${server.url}/token?tenant=a` }, login, options);
  return { server, login: made, host: new URL(server.url).host };
}

const json = (status: number, body: object): Behaviour => answer(status, JSON.stringify(body));
const good = { access_token: "abc", token_type: "Bearer", expires_in: 600 };

describe("a client of oidc-provider", () => {
  it("gets a token with a secret that has to be encoded, and keeps it", async () => {
    const { oauth, login } = await client();
    const header = await login.header(signal);
    expect(await oauth.accepts(header)).toBe(true);
    expect(await login.header(signal)).toBe(header);
    expect(oauth.requests).toEqual([{ style: "Basic", status: 200 }]);
  });

  it("gets one token for all who need one at once", async () => {
    const { oauth, login } = await client();
    const headers = await Promise.all(Array.from({ length: 100 }, () => login.header(signal)));
    expect(new Set(headers).size).toBe(1);
    expect(oauth.requests).toHaveLength(1);
  });

  it("gets the scopes that it asks for, with commas or spaces between", async () => {
    const { oauth, login } = await client({ scopes: ["read", "write", "more"] }, { scopes: "read, write" });
    expect(await oauth.scopeOf(await login.header(signal))).toBe("read write");
  });

  it("gets another token shortly before the first one ends", async () => {
    const { oauth, login, clock } = await client({ ttlSeconds: 3 });
    const first = await login.header(signal);
    clock.now += 2_399;
    expect(await login.header(signal)).toBe(first);
    clock.now += 1;
    const second = await login.header(signal);
    expect(second).not.toBe(first);
    expect(oauth.requests).toHaveLength(2);
  });

  it("that may show its secret in the form alone is refused once, and never again", async () => {
    const { oauth, login, clock } = await client({ only: "Post" });
    expect(await oauth.accepts(await login.header(signal))).toBe(true);
    clock.now += 600_000;
    await login.header(signal);
    expect(oauth.requests).toEqual([
      { style: "Basic", status: 401 },
      { style: "Post", status: 200 },
      { style: "Post", status: 200 },
    ]);
  });

  it("that may show its secret as HTTP Basic alone does", async () => {
    const { oauth, login } = await client({ only: "Basic" });
    await login.header(signal);
    expect(oauth.requests).toEqual([{ style: "Basic", status: 200 }]);
  });

  it.each<[string, Partial<ClientLogin>]>([
    ["a wrong secret", { clientSecret: "not it" }],
    ["an unknown client", { clientId: "nobody" }],
  ])("with %s is refused after two tries, for all who wait", async (_, wrong) => {
    const { oauth, login } = await client({}, wrong);
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => login.header(signal)));
    const { host } = new URL(oauth.url);
    for (const result of results) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: {
          reason: "CredentialsRefused",
          message: `${host} refuses the client of Secret command-oauth (invalid_client); renew its id or secret.`,
        },
      });
    }
    expect(oauth.requests).toEqual([
      { style: "Basic", status: 401 },
      { style: "Post", status: 401 },
    ]);
  });
});

describe("a store whose accounts are those of oidc-provider", () => {
  /** Answers as it should where the token is good, and counts the tokens that were not. */
  async function store(options: Partial<OAuthOptions> = {}) {
    const { oauth, login, clock } = await client(options);
    const statuses: number[] = [];
    const respond = async (response: ServerResponse, header: string | undefined): Promise<void> => {
      const status = (await oauth.accepts(header)) ? 200 : 401;
      statuses.push(status);
      response.writeHead(status).end();
    };
    const server = await serveTls((response, { headers }) => void respond(response, headers.authorization));
    const turn = (): Promise<void> => Promise.resolve();
    const { url: origin, caPem } = server;
    const limits = { guard: openGuard, timeoutMs: 20_000, turn };
    const connection = new HttpsConnection({ origin, caPem, ...limits, authorization: login });
    onTestFinished(() => connection.close());
    const ask = () => connection.request({ method: "GET", path: "/", signal });
    return { oauth, login, clock, statuses, ask };
  }

  it("takes a token again and again", async () => {
    const { oauth, statuses, ask } = await store();
    for (let requests = 0; requests < 5; requests += 1) await ask();
    expect([statuses, oauth.requests.length]).toEqual([[200, 200, 200, 200, 200], 1]);
  });

  it("that was told to end a token early is asked once more with a new one", async () => {
    const { oauth, login, statuses, ask } = await store();
    await ask();
    await oauth.revoke(await login.header(signal));
    expect((await ask()).status).toBe(200);
    expect([statuses, oauth.requests.length]).toEqual([[200, 401, 200], 2]);
  });

  it("that refuses a token that is new is not asked again", async () => {
    const { oauth, statuses, ask } = await store();
    oauth.accepts = () => Promise.resolve(false);
    await expect(ask()).rejects.toBeInstanceOf(CredentialsRefused);
    expect([statuses, oauth.requests.length]).toEqual([[401], 1]);
  });

  it("that refuses the token after a kept one, too, is not asked again", async () => {
    const { oauth, statuses, ask } = await store({ ttlSeconds: 600 });
    await ask();
    oauth.accepts = () => Promise.resolve(false);
    await expect(ask()).rejects.toBeInstanceOf(CredentialsRefused);
    expect([statuses, oauth.requests.length]).toEqual([[200, 401, 401], 2]);
  });

  it("is asked with a new token once by many requests whose token was ended early", async () => {
    const { oauth, login, ask } = await store();
    await ask();
    await oauth.revoke(await login.header(signal));
    const results = await Promise.all(Array.from({ length: 20 }, ask));
    expect(results.every(({ status }) => status === 200)).toBe(true);
    expect(oauth.requests).toHaveLength(2);
  });
});

describe("a request for a token", () => {
  it("has the audience, and the whole URL", async () => {
    const { server, login } = await at([json(200, good)], { audience: "command", scopes: " , " });
    expect(await login.header(signal)).toBe("Bearer abc");
    expect(server.requests).toMatchObject([
      {
        method: "POST",
        path: "/token?tenant=a",
        body: "grant_type=client_credentials&audience=command",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
    ]);
  });

  it.each(["http://idp.example.com/token", "https://u:p@idp.example.com/token", "https://idp.example.com/#a", "idp"])(
    "is never made to %s",
    (tokenUrl) => {
      expect(() => loginAt({ caPem: "", tokenUrl }, {}, { caPem: undefined })).toThrow(
        "Secret command-oauth: tokenUrl must be an https URL without login and fragment.",
      );
    },
  );

  it.each([{ clientId: "" }, { clientSecret: "" }])("is never made without id and secret: %j", (login) => {
    const tokenUrl = "https://idp.example.com/token";
    expect(() => loginAt({ caPem: "", tokenUrl }, login, { caPem: undefined })).toThrow(
      "Secret command-oauth: clientId and clientSecret must not be empty.",
    );
  });

  it("goes to a server of a public CA as well as to one of the store's own", async () => {
    const known = getCACertificates("default");
    onTestFinished(() => setDefaultCACertificates(known));
    const server = await serveTls(json(200, good));
    setDefaultCACertificates([server.caPem]);
    const login = loginAt({ caPem: OTHER_CA_PEM, tokenUrl: server.url });
    expect(await login.header(signal)).toBe("Bearer abc");
  });

  it("goes nowhere that the operator's flags forbid", async () => {
    const guard = egressGuard({ deny: ["127.0.0.0/8"], allow: undefined, resolve: new Map() });
    const { server, login } = await at([json(200, good)], {}, { guard });
    await expect(login.header(signal)).rejects.toMatchObject({ name: "BlockedError", reason: "EgressDenied" });
    expect(server.connections()).toBe(0);
  });

  it("that one does not wait for any more is still made for the others", async () => {
    const answered = Promise.withResolvers<void>();
    const { login } = await at([(response) => void answered.promise.then(() => response.end(JSON.stringify(good)))]);
    const abort = new AbortController();
    const gone = login.header(abort.signal);
    const waiting = login.header(signal);
    abort.abort(new Error("enough"));
    await expect(gone).rejects.toThrow("enough");
    answered.resolve();
    expect(await waiting).toBe("Bearer abc");
  });
});

describe("the answer of a token endpoint", () => {
  it.each<[number, object]>([
    [401, { error: "invalid_client" }],
    [401, { error: "unauthorized_client" }],
    [401, { error: "access_denied" }],
    [400, { error: "invalid_client" }],
    [400, { error: "unauthorized_client" }],
  ])("%i %j refuses the client, after both ways to show its secret", async (status, body) => {
    const { server, login, host } = await at([json(status, body)]);
    const code = Object.values(body)[0] as string;
    await expect(login.header(signal)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message: `${host} refuses the client of Secret command-oauth (${code}); renew its id or secret.`,
    });
    expect(server.requests.map(({ headers }) => headers.authorization !== undefined)).toEqual([true, false]);
  });

  it("401 in HTML refuses the client, and its words are not told", async () => {
    const { login, host } = await at([answer(401, "<html>hush</html>")]);
    await expect(login.header(signal)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message: `${host} refuses the client of Secret command-oauth (HTTP 401); renew its id or secret.`,
    });
  });

  it.each<[number, string, string, number]>([
    [400, JSON.stringify({ error: "invalid_scope" }), "invalid_scope", 1],
    [400, JSON.stringify({ error: "invalid_request" }), "invalid_request", 2],
    [400, "<html>", "HTTP 400", 2],
    [403, JSON.stringify({ error: "access_denied" }), "access_denied", 1],
    [404, JSON.stringify({ error: "Realm does not exist" }), "HTTP 404", 1],
    [400, JSON.stringify({ error: "s3cret+/ :%&=~" }), "HTTP 400", 2],
  ])("%i %s is no refused login: %s", async (status, body, code, requests) => {
    const { server, login, host } = await at([answer(status, body)]);
    await expect(login.header(signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "TokenRefused",
      message: `${host} gives no token (${code}); check tokenUrl, scopes and audience of Secret command-oauth, and the client there.`,
    });
    expect(server.requests).toHaveLength(requests);
  });

  it.each<[string, string]>([
    ["<html>log in</html>", "answers without an access_token; check that tokenUrl is right."],
    ["{}", "answers without an access_token; check that tokenUrl is right."],
    ["null", "answers without an access_token; check that tokenUrl is right."],
    [
      JSON.stringify({ ...good, access_token: "a\r\nb" }),
      "answers without an access_token; check that tokenUrl is right.",
    ],
    [
      JSON.stringify({ ...good, token_type: "DPoP" }),
      "gives a token that is no bearer token; have the client changed there.",
    ],
  ])("200 %s has no token that can be used", async (body, message) => {
    const { login, host } = await at([answer(200, body)]);
    await expect(login.header(signal)).rejects.toMatchObject({ reason: "TokenRefused", message: `${host} ${message}` });
  });

  it.each<[Behaviour, object]>([
    [answer(429, "", { "retry-after": "7" }), { retryAfter: expect.any(Date) }],
    [answer(503), {}],
    [answer(500), {}],
    [silence, { silent: true }],
  ])("that says not now, or is none, is waited for, and the store was asked nothing (%#)", async (behaviour, more) => {
    const { login, server } = await at([behaviour], {}, { timeoutMs: 2_000 });
    await expect(login.header(signal)).rejects.toMatchObject({ name: "TransientError", happened: "no", ...more });
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it.each<[object, number]>([
    [{ expires_in: 600 }, 540_000],
    [{ expires_in: "600" }, 540_000],
    [{ expires_in: 100 }, 80_000],
    [{}, 240_000],
    [{ expires_in: "soon" }, 240_000],
    [{ expires_in: null }, 240_000],
  ])("%j is kept for %i ms", async (lifetime, kept) => {
    const clock = { now: 0 };
    const server = await serveTls(json(200, { access_token: "abc", token_type: "bearer", ...lifetime }));
    const login = loginAt({ caPem: server.caPem, tokenUrl: server.url }, {}, {}, clock);
    await login.header(signal);
    clock.now = kept - 1;
    await login.header(signal);
    expect(server.requests).toHaveLength(1);
    clock.now = kept;
    await login.header(signal);
    expect(server.requests).toHaveLength(2);
  });

  it.each([0, -5])("that has ended already (%i s) is used once", async (expires) => {
    const { server, login } = await at([json(200, { ...good, expires_in: expires })]);
    await login.header(signal);
    await login.header(signal);
    expect(server.requests).toHaveLength(2);
  });
});
