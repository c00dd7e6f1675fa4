import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { egressGuard } from "../../src/stores/egress/index.ts";
import { type ClientLogin, ClientCredentials, HttpsConnection } from "../../src/stores/http/index.ts";
import { eventually } from "../control-plane/index.ts";
import { openCommandStore } from "../fixtures/command-store.ts";
import { CommandServer } from "../servers/keyfactor/index.ts";
import { Keycloak } from "../servers/oauth/keycloak.ts";

const client = { clientId: "certferry", clientSecret: "s3cret+/ :%&=~" };
const realm = "Keyfactor";
const guard = egressGuard({ deny: [], allow: undefined, resolve: new Map() });
const signal = AbortSignal.timeout(900_000);
const turn = (): Promise<void> => Promise.resolve();
let keycloak: Keycloak;

beforeAll(async () => {
  keycloak = await Keycloak.start({ realm, ...client, ttlSeconds: 3 });
}, 900_000);
afterAll(() => keycloak.close());

/** A login by a clock that stands still, so that a token is kept until Keycloak refuses it. */
function login(more: Partial<ClientLogin> = {}): ClientCredentials {
  const tokenUrl = keycloak.tokenUrl(realm);
  const { caPem } = keycloak;
  const given = { tokenUrl, ...client, from: "Secret oauth", ...more };
  const made = new ClientCredentials(given, { caPem, guard, timeoutMs: 60_000 }, () => 0);
  onTestFinished(() => made.close());
  return made;
}

/** Whether a token is good, as Keycloak itself says (RFC 7662). */
async function isActive(token: string): Promise<boolean> {
  const connection = new HttpsConnection({
    origin: keycloak.url,
    caPem: keycloak.caPem,
    guard,
    turn,
    timeoutMs: 60_000,
  });
  const { clientId: client_id, clientSecret: client_secret } = client;
  const { body } = await connection.request({
    method: "POST",
    path: `/realms/${realm}/protocol/openid-connect/token/introspect`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token, client_id, client_secret }).toString(),
    signal,
  });
  await connection.close();
  return JSON.parse(body.toString("utf8")).active === true;
}

const tokenOf = (header: string): string => header.replace(/^Bearer /, "");

it("Keycloak gives a token, which is kept until it refuses it, and then another one", async () => {
  const authorization = login({ audience: "command" });
  const first = await authorization.header(signal);
  expect(await isActive(tokenOf(first))).toBe(true);
  expect(await authorization.header(signal)).toBe(first);
  await eventually("the token to end", async () => !(await isActive(tokenOf(first))), { withinMs: 60_000 });
  expect(await authorization.rejected(first)).toBe("TryOnceMore");
  expect(await isActive(tokenOf(await authorization.header(signal)))).toBe(true);
});

it.each<[string, Partial<ClientLogin>, string, string]>([
  ["a wrong secret", { clientSecret: "wrong" }, "CredentialsRefused", "unauthorized_client"],
  ["an unknown client", { clientId: "nobody" }, "CredentialsRefused", "invalid_client"],
  ["an unknown scope", { scopes: "nonsense" }, "TokenRefused", "invalid_scope"],
])("Keycloak refuses %s, and it is told as what it is", async (_, more, reason, code) => {
  await expect(login(more).header(signal)).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(`(${code})`),
  });
});

it("a realm that is not there is no refused login", async () => {
  await expect(login({ tokenUrl: keycloak.tokenUrl("Nowhere") }).header(signal)).rejects.toMatchObject({
    reason: "TokenRefused",
    message: expect.stringContaining("(HTTP 404)"),
  });
});

it("a store of Command logs in with tokens of Keycloak, one after the other", async () => {
  const tokens = async (token: string): Promise<string | undefined> =>
    (await isActive(token)) ? "CORP\\certferry" : undefined;
  const server = await CommandServer.start({ tokens });
  onTestFinished(() => server.close());
  const store = await openCommandStore(server, {
    block: { auth: { oauthSecretRef: { name: "login" } } },
    login: { tokenUrl: keycloak.tokenUrl(realm), ...client },
    otherCa: keycloak.caPem,
    timeoutMs: 60_000,
  });
  onTestFinished(() => store.close());
  const started = performance.now();
  let checks = 0;
  while (performance.now() - started < 20_000) {
    await store.check(signal);
    checks += 1;
  }
  console.log(`${checks} requests within 20 s, with tokens of 3 s; refused: ${server.traffic.refusedLogins}`);
  expect(checks).toBeGreaterThan(10);
});
