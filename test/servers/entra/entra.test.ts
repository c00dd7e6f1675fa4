import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomUUID,
  sign,
  verify,
} from "node:crypto";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from "@azure/identity";
import { Agent, request } from "undici";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { selfSigned } from "../../fixtures/any-key.ts";
import { resolvedTo } from "../http/resolved.ts";
import { type Application, Directory, EntraServer, ImdsServer, type ServerOptions } from "./index.ts";
import { signed } from "./jws.ts";

const tenantId = "8a1b6a3e-0000-4000-8000-000000000001";
const clientId = "5c0d5a3f-0000-4000-8000-000000000002";
const scope = "https://vault.azure.net/.default";
const cluster = "https://kubernetes.default.svc.cluster.local";
const subject = "system:serviceaccount:team-a:writer";

async function start(application: Omit<Application, "clientId">, options: ServerOptions = {}) {
  const server = await EntraServer.start({ tenantId, applications: [{ clientId, ...application }], ...options });
  onTestFinished(() => server.close());
  const identity = {
    authorityHost: server.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: server.caPem },
    retryOptions: { maxRetries: 0 },
  };
  return { server, directory: server.directory, identity };
}

async function claimsOf(server: EntraServer, credential: TokenCredential) {
  const token = await credential.getToken(scope);
  return server.directory.read(token?.token ?? "");
}

it("gives a token for a client secret", async () => {
  const { server, directory, identity } = await start({ secrets: ["s3cret"], objectId: "an-object" });

  const claims = await claimsOf(server, new ClientSecretCredential(tenantId, clientId, "s3cret", identity));

  expect(claims).toMatchObject({
    aud: "https://vault.azure.net",
    iss: `https://sts.windows.net/${tenantId}/`,
    tid: tenantId,
    appid: clientId,
    oid: "an-object",
  });
  expect([directory.issued, directory.refused]).toEqual([1, 0]);
});

it.each([
  ["a wrong secret", tenantId, clientId, "wrong", "AADSTS7000215"],
  ["an unknown application", tenantId, "5c0d5a3f-0000-4000-8000-00000000000f", "s3cret", "AADSTS700016"],
  ["an unknown tenant", "8a1b6a3e-0000-4000-8000-00000000000f", clientId, "s3cret", "endpoints_resolution_error"],
])("refuses %s", async (_, tenant, client, secret, code) => {
  const { directory, identity } = await start({ secrets: ["s3cret"] });

  const credential = new ClientSecretCredential(tenant, client, secret, identity);

  await expect(credential.getToken(scope)).rejects.toThrow(code);
  expect(directory.issued).toBe(0);
  expect(directory.refused).toBe(1);
});

it("answers refusals in OAuth's shape with Entra's members", async () => {
  const { server } = await start({ secrets: ["s3cret"] }, { clock: () => Date.parse("2026-11-22T03:00:00Z") });
  const agent = new Agent({ connect: { ca: server.caPem } });
  onTestFinished(() => agent.close());

  const form = new URLSearchParams({
    client_id: clientId,
    client_secret: "x",
    grant_type: "client_credentials",
    scope,
  });
  const { statusCode, body } = await request(`${server.url}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    dispatcher: agent,
    body: String(form),
  });

  expect(statusCode).toBe(401);
  expect(await body.json()).toMatchObject({
    error: "invalid_client",
    error_description: expect.stringMatching(
      /^AADSTS7000215: Invalid client secret provided\. .* Trace ID: \S+ Correlation ID: \S+ Timestamp: 2026-11-22 03:00:00Z$/,
    ),
    error_codes: [7_000_215],
    timestamp: "2026-11-22 03:00:00Z",
  });
});

it.each(["https://vault.azure.net", "https://vault.azure.net/.default https://graph.microsoft.com/.default"])(
  "refuses a scope that is not one resource and /.default: %s",
  async (wrong) => {
    const { identity } = await start({ secrets: ["s3cret"] });
    const credential = new ClientSecretCredential(tenantId, clientId, "s3cret", identity);

    await expect(credential.getToken(wrong.split(" "))).rejects.toThrow("AADSTS1002012");
  },
);

it("refuses a resource that is not there", async () => {
  const { identity } = await start({ secrets: ["s3cret"] });
  const credential = new ClientSecretCredential(tenantId, clientId, "s3cret", identity);

  await expect(credential.getToken("https://nothing.example/.default")).rejects.toThrow("AADSTS500011");
});

it("gives a token for an assertion that a registered certificate has signed", async () => {
  const { pem, keyPem } = selfSigned(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  const { server, identity } = await start({ certificates: [pem] });

  const credential = new ClientCertificateCredential(tenantId, clientId, { certificate: pem + keyPem }, identity);

  expect(await claimsOf(server, credential)).toMatchObject({ appid: clientId });
});

it("refuses an assertion of a certificate that is not registered", async () => {
  const [registered, other] = [1, 2].map(() =>
    selfSigned(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
  );
  const { identity } = await start({ certificates: [registered?.pem ?? ""] });
  const certificate = `${other?.pem ?? ""}${other?.keyPem ?? ""}`;

  const credential = new ClientCertificateCredential(tenantId, clientId, { certificate }, identity);

  await expect(credential.getToken(scope)).rejects.toThrow("AADSTS700027");
});

it("refuses the certificate's name on another key's assertion", async () => {
  const keys = [1, 2].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  const [registered, other] = keys.map((key) => selfSigned(key));
  const { identity } = await start({ certificates: [registered?.pem ?? ""] });
  const certificate = `${registered?.pem ?? ""}${other?.keyPem ?? ""}`;

  const credential = new ClientCertificateCredential(tenantId, clientId, { certificate }, identity);

  await expect(credential.getToken(scope)).rejects.toThrow("AADSTS700027");
});

it.each([
  ["for another tenant", (claims: object, url: string) => ({ ...claims, aud: `${url}/other/v2.0` }), "AADSTS700023"],
  ["of another application", (claims: object) => ({ ...claims, iss: "other", sub: "other" }), "AADSTS700021"],
  ["for this one", (claims: object) => claims, undefined],
])("checks what a certificate's assertion claims: %s", async (_, changed, code) => {
  const { pem, key, der } = selfSigned(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  const { server, identity } = await start({ certificates: [pem] });
  const now = Math.floor(Date.now() / 1_000);
  const aud = `${server.url}/${tenantId}/oauth2/v2.0/token`;
  const claims = changed({ iss: clientId, sub: clientId, aud, nbf: now, exp: now + 600 }, server.url);
  const header = { alg: "RS256", x5t: createHash("sha1").update(der).digest("base64url") };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const assertion = `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;

  const credential = new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(assertion), identity);
  const refusal = await credential.getToken(scope).then(
    () => undefined,
    (error: Error) => /AADSTS\d+/.exec(error.message)?.[0],
  );

  expect(refusal).toBe(code);
});

function serviceAccounts() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk: JsonWebKey = publicKey.export({ format: "jwk" });
  const token = (claims: object = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: cluster, sub: subject, aud: ["api://AzureADTokenExchange"], iat: now, exp: now + 600 };
    return signed(privateKey, "1", { ...usual, ...claims });
  };
  return { token, issuerKeys: (issuer: string) => Promise.resolve(issuer === cluster ? [jwk] : []) };
}

it("exchanges the token of a federated ServiceAccount", async () => {
  const { token, issuerKeys } = serviceAccounts();
  const { server, identity } = await start({ federations: [{ issuer: cluster, subject }] }, { issuerKeys });

  const credential = new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(token()), identity);

  expect(await claimsOf(server, credential)).toMatchObject({ appid: clientId });
});

it.each([
  ["for another audience", { aud: ["https://kubernetes.default.svc"] }, "AADSTS700212"],
  ["of another ServiceAccount", { sub: "system:serviceaccount:team-a:Writer" }, "AADSTS700213"],
  ["of another cluster", { iss: "https://other.example" }, "AADSTS700211"],
  ["that has expired", { exp: 1_700_000_000 }, "AADSTS700024"],
])("refuses a ServiceAccount's token %s", async (_, claims, code) => {
  const { token, issuerKeys } = serviceAccounts();
  const { identity } = await start({ federations: [{ issuer: cluster, subject }] }, { issuerKeys });

  const assertion = () => Promise.resolve(token(claims));
  const credential = new ClientAssertionCredential(tenantId, clientId, assertion, identity);

  await expect(credential.getToken(scope)).rejects.toThrow(code);
});

it("refuses a ServiceAccount's token that its issuer has not signed", async () => {
  const { issuerKeys } = serviceAccounts();
  const forged = serviceAccounts().token();
  const { identity } = await start({ federations: [{ issuer: cluster, subject }] }, { issuerKeys });

  const credential = new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(forged), identity);

  await expect(credential.getToken(scope)).rejects.toThrow("AADSTS5000811");
});

it("refuses what is no token", async () => {
  const { identity } = await start({ federations: [{ issuer: cluster, subject }] });

  const credential = new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve("nonsense"), identity);

  await expect(credential.getToken(scope)).rejects.toThrow("AADSTS50027");
});

it("is asked for its tenant's endpoints before the first token, and for no second one while that is good", async () => {
  const { server, identity } = await start({ secrets: ["s3cret"] });
  const credential = new ClientSecretCredential(tenantId, clientId, "s3cret", identity);

  await credential.getToken(scope);
  await credential.getToken(scope);

  expect(server.traffic.seen.map(({ kind }) => kind)).toEqual([
    "GET /{tenant}/v2.0/.well-known/openid-configuration",
    "POST /{tenant}/oauth2/v2.0/token",
  ]);
});

it("is asked whether it is an authority when it has an unknown name", async () => {
  const { server } = await start({ secrets: ["s3cret"] });
  const credential = new ClientSecretCredential(tenantId, clientId, "s3cret", {
    authorityHost: "https://login.stack.example",
    additionalPolicies: [resolvedTo(server)],
  });

  expect(await claimsOf(server, credential)).toMatchObject({ appid: clientId });

  expect(server.traffic.seen.map(({ kind }) => kind)).toEqual([
    "GET /common/discovery/instance",
    "GET /{tenant}/v2.0/.well-known/openid-configuration",
    "POST /{tenant}/oauth2/v2.0/token",
  ]);
});

it("publishes the key of its tokens", async () => {
  const { server, directory } = await start({});
  const agent = new Agent({ connect: { ca: server.caPem } });
  onTestFinished(() => agent.close());
  const [head = "", body = "", signature = ""] = directory.issue({ clientId }, "https://vault.azure.net").split(".");

  const { body: answer } = await request(`${server.url}/${tenantId}/discovery/v2.0/keys`, { dispatcher: agent });
  const { keys } = (await answer.json()) as { keys: JsonWebKey[] };

  const key = createPublicKey({ key: keys[0] ?? {}, format: "jwk" });
  expect(verify("sha256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"))).toBe(true);
});

it("does not know tokens of others", async () => {
  const { directory } = await start({});
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const claims = { aud: "https://vault.azure.net", iss: directory.issuer, exp: 2_000_000_000 };

  expect(directory.read(signed(privateKey, "contract-server-1", claims))).toBeUndefined();
  expect(directory.read("nonsense")).toBeUndefined();
});

describe("a machine with managed identities", () => {
  const userAssigned = "5c0d5a3f-0000-4000-8000-000000000003";
  const directory = new Directory({ applications: [{ clientId }, { clientId: userAssigned }] });
  let imds: ImdsServer;

  // One for all: @azure/identity keeps the address that it has found for the life of the process [T].
  beforeAll(async () => {
    imds = await ImdsServer.start({ directory, systemAssigned: clientId, userAssigned: [userAssigned] });
    process.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = imds.url;
    return async () => {
      delete process.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
      await imds.close();
    };
  });

  it.each([
    ["the system", {}, clientId],
    ["a user", { clientId: userAssigned }, userAssigned],
  ])("gives the token of the identity that %s has assigned", async (_, options, appid) => {
    const token = await new ManagedIdentityCredential(options).getToken(scope);

    expect(directory.read(token.token)).toMatchObject({ appid, aud: "https://vault.azure.net" });
  });

  it("knows no identity that is not assigned to it", async () => {
    const credential = new ManagedIdentityCredential({ clientId: randomUUID() });

    await expect(credential.getToken(scope)).rejects.toThrow("Identity not found");
  });

  it.each([
    ["the header that a browser cannot be made to send", {}, "Required metadata header not specified"],
    ["a known version", { metadata: "true" }, "Missing or wrong api-version", ""],
    ["a resource that is there", { metadata: "true" }, "Invalid resource", "api-version=2018-02-01&resource=x"],
  ])("wants %s", async (_, headers, error_description, query = "") => {
    const response = await fetch(`${imds.url}/metadata/identity/oauth2/token?${query}`, { headers });

    expect([response.status, await response.json()]).toEqual([400, { error: "invalid_request", error_description }]);
  });
});
