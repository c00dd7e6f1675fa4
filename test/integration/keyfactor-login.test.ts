import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issue } from "../fixtures/pki.ts";
import { delayed, type Fault, htmlUnauthorized, tooManyRequests } from "../servers/keyfactor/index.ts";
import { OAuthServer } from "../servers/oauth/index.ts";
import { CommandWorld } from "./command-world.ts";
import { named } from "./world.ts";

let all: CommandWorld;
let oauth: OAuthServer;
const client = { clientId: "certferry", clientSecret: "only-for-this-test" };
const user = "CORP\\certferry";

beforeAll(async () => {
  oauth = await OAuthServer.start({ ...client, scopes: ["command"] });
  const tokens = async (token: string): Promise<string | undefined> =>
    token === "issued-elsewhere" || (await oauth.accepts(`Bearer ${token}`)) ? user : undefined;
  all = await CommandWorld.start("command-login", { tokens });
});
afterAll(async () => {
  await all.close();
  await oauth.close();
});

function messageOf({ status }: Awaited<ReturnType<CommandWorld["storeReady"]>>): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.message;
}

describe("a store logs in", () => {
  it("by Basic, and says which version of Command answers and what it can do", async () => {
    const { status } = await all.storeReady("command");
    expect(status).toMatchObject({
      providerVersion: "25.1.1.0",
      capabilities: ["Import", "Deploy", "Download", "Remove"],
    });
  });

  it("by OAuth2 client credentials: one token for all that it does", async () => {
    await all.secret("oauth", { tokenUrl: oauth.tokenUrl, ...client, scopes: "command" });
    const caPem = all.server.caPem + oauth.caPem;
    await all.world.apply({ ...named("v1", "ConfigMap", "both", all.world.home), data: { "ca.crt": caPem } });
    const auth = { oauthSecretRef: { name: "oauth" } };
    await all.store("by-oauth", { auth, caConfigMapRef: { name: "both", key: "ca.crt" } });
    await all.storeReady("by-oauth");
    await all.source("oauth-web", "oauth.example.com");
    await all.import("oauth-web", {}, { storeRef: { name: "by-oauth" } });
    await all.ready("oauth-web");
    expect(oauth.requests.map(({ status }) => status)).toEqual([200]);
  });

  it("by a token that others renew", async () => {
    await all.secret("token", { token: "issued-elsewhere" });
    await all.store("by-token", { auth: { tokenSecretRef: { name: "token", key: "token" } } });
    expect((await all.storeReady("by-token")).status?.providerVersion).toBe("25.1.1.0");
  });

  it("once the Secret has the key that it lacks", async () => {
    await all.secret("half", { username: user });
    await all.store("half", { auth: { basicSecretRef: { name: "half" } } });
    expect(messageOf(await all.storeReady("half", "SecretKeyMissing"))).toContain("Secret half has no key password");
    await all.secret("half", { username: user, password: "Passw0rd-of-Command!" });
    await all.storeReady("half");
  });

  it("with a refused password once, whatever waits for it, until the password changes", async () => {
    const server = await all.installation("locked", {}, { auth: { basicSecretRef: { name: "locked" } } });
    await all.secret("locked", { username: user, password: "last year's" });
    await Promise.all(["a", "b", "c", "d"].map((name) => all.source(name, `${name}.example.com`)));
    for (const name of ["a", "b", "c", "d"]) await all.import(name, {}, { storeRef: { name: "locked" } });
    await all.storeReady("locked", "CredentialsRefused");
    for (const name of ["a", "b", "c", "d"]) await all.ready(name, "CredentialsRefused");
    expect(server.traffic.refusedLogins).toBe(1);
    await all.secret("locked", { username: user, password: "Passw0rd-of-Command!" });
    for (const name of ["a", "b", "c", "d"]) await all.ready(name);
    expect(server.traffic.refusedLogins).toBe(1);
  });

  it("a 401 with HTML is told without it", async () => {
    const server = await all.installation("html", {});
    await all.storeReady("html");
    server.inject(htmlUnauthorized);
    await all.source("html-web", "html.example.com");
    await all.import("html-web", {}, { storeRef: { name: "html" } });
    const { status } = await all.ready("html-web", "CredentialsRefused");
    const { message } = status?.conditions?.find(({ type }) => type === "Ready") ?? {};
    expect(message).toContain("refuses the login of Secret html-login; renew it.");
    expect(message).not.toContain("<");
  });
});

describe("a store's connection", () => {
  it("to a server of another CA is not made", async () => {
    const other = await issue({ subject: "CN=Another CA", ca: true });
    await all.world.apply({ ...named("v1", "ConfigMap", "other", all.world.home), data: { "ca.crt": other.pem } });
    await all.store("wrong-ca", { caConfigMapRef: { name: "other", key: "ca.crt" } });
    expect(messageOf(await all.storeReady("wrong-ca", "TlsNotTrusted"))).toContain(
      "does not come from the CA that the store names",
    );
  });

  it("that leads to another path says that no API is there", async () => {
    await all.store("wrong-path", { apiPath: "KeyfactorPortal" });
    expect(messageOf(await all.storeReady("wrong-path", "NoSuchApi"))).toContain("the store's url and apiPath");
  });

  it("pauses for as long as a 429 says, and nobody asks before", async () => {
    const server = await all.installation("busy", {});
    await all.storeReady("busy");
    const times: number[] = [];
    const noted =
      (fault: Fault): Fault =>
      (exchange) => {
        times.push(performance.now());
        return fault(exchange);
      };
    server.inject(noted(tooManyRequests(3)), { times: 1 });
    server.inject(noted(delayed(0)), { times: 1 });
    await all.source("busy-web", "busy.example.com");
    await all.import("busy-web", {}, { storeRef: { name: "busy" } });
    await all.ready("busy-web");
    const [refused = 0, next = 0] = times;
    expect(next - refused).toBeGreaterThan(2_900);
  });
});
