import { expect, it } from "vitest";
import { Directory } from "../entra/index.ts";
import type { Action, ServerOptions } from "./index.ts";
import { Scene } from "./testing/scene.ts";

const vaults = "https://vault.azure.net";

it.each([
  [
    "another resource's token",
    { aud: "https://management.azure.com/" },
    "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com/.",
  ],
  [
    "another tenant's token",
    { iss: "https://sts.windows.net/other/" },
    "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/72f988bf-0000-4000-8000-2d7cd011db47/, found https://sts.windows.net/other/.",
  ],
  ["a token whose time has passed", { exp: 1_795_316_400 }, "The token has expired."],
])("refuses %s, and challenges", async (_, claims, message) => {
  const { directory, clientId, clientWith } = await started();
  const client = clientWith(directory.issue({ clientId }, vaults, claims));

  const { status, headers, json } = await client.get("/certificates/web/");

  expect([status, json]).toEqual([
    401,
    {
      error: { code: "Unauthorized", message },
    },
  ]);
  expect(headers["www-authenticate"]).toContain('resource="https://vault.azure.net"');
});

async function started(options: Partial<ServerOptions> = {}) {
  const scene = await Scene.start(options);
  const { server, directory, clientId, client } = scene;
  return { scene, server, directory, clientId, client, clientWith: (token: string) => scene.clientWith(token) };
}

it.each(["nonsense", "a.b.c"])("does not know the token %s", async (token) => {
  const { clientWith, server } = await started();

  expect((await clientWith(token).get("/certificates/web/")).status).toBe(401);
  expect(server.traffic.refusedLogins).toBe(1);
});

it("does not know a token that another has signed", async () => {
  const { clientWith, clientId, directory } = await started();
  const forger = new Directory({ tenantId: directory.tenantId });

  const { status } = await clientWith(forger.issue({ clientId }, vaults)).get("/certificates/web/");

  expect(status).toBe(401);
});

it.each([undefined, "Basic dXNlcjpwYXNz", "Bearer"])(
  "challenges whoever brings %s for a token",
  async (authorization) => {
    const { client } = await started();

    const { status, json } = await client.get("/certificates/web/", { headers: { authorization } });

    expect([status, json]).toMatchObject([
      401,
      { error: { message: "AKV10000: Request is missing a Bearer or PoP token." } },
    ]);
  },
);

it("takes the id of Key Vault's application for the audience", async () => {
  const { clientWith, clientId, directory } = await started();
  const token = directory.issue({ clientId }, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093");

  expect((await clientWith(token).get("/certificates")).status).toBe(200);
});

it("is of another cloud when its settings say so", async () => {
  const resource = "https://vault.azure.cn";
  const { clientWith, clientId, directory, client } = await started({
    resource,
    authorizationHost: "https://login.chinacloudapi.cn",
  });

  const refused = await client.get("/certificates");
  expect(refused.headers["www-authenticate"]).toBe(
    `Bearer authorization="https://login.chinacloudapi.cn/${directory.tenantId}", resource="https://vault.azure.cn"`,
  );
  expect((await clientWith(directory.issue({ clientId }, resource)).get("/certificates")).status).toBe(200);
});

it.each([
  ["api-version=7.6", 200],
  ["api%2Dversion=7.6", 200],
  ["api%2dversion=2025-07-01", 200],
  ["api-version=2016-10-01", 200],
  ["", 400],
  ["api-version=", 400],
  ["api-version=7.7", 400],
  ["API-VERSION=7.6", 400],
])("wants a version that it has: %s", async (query, expected) => {
  const { client } = await started();

  const { status, json } = await client.get("/certificates", { query });

  expect(status).toBe(expected);
  expect(json).toMatchObject(expected === 200 ? { value: [] } : { error: { code: "BadParameter" } });
});

it("names the version that it does not have", async () => {
  const { client } = await started();

  expect((await client.get("/certificates", { query: "api-version=9.9" })).json).toEqual({
    error: {
      code: "BadParameter",
      message:
        "The specified version (9.9) is not recognized. Consider using the latest supported version (2026-04-01).",
    },
  });
});

it.each(["//certificates/web/", "/Certificates/web", "/certificates/web"])("takes the path %s", async (path) => {
  const { client, scene } = await started();
  await scene.imported();

  expect((await client.get(path)).status).toBe(200);
});

it("has nothing elsewhere", async () => {
  const { client, server } = await started();

  expect((await client.get("/contacts")).status).toBe(404);
  expect(server.traffic.seen.map(({ kind }) => kind)).toEqual(["none"]);
});

const calls: readonly [Action, string, (client: Scene["client"]) => Promise<{ status: number; json: unknown }>][] = [
  ["import", "certificates/import/action", (client) => client.post("/certificates/web/import", { value: "x" })],
  ["read", "certificates/read", (client) => client.get("/certificates/web/")],
  ["read", "certificates/read", (client) => client.get("/certificates")],
  ["read", "certificates/read", (client) => client.get("/certificates/web/versions")],
  ["read", "certificates/read", (client) => client.get("/certificates/web/policy")],
  ["read", "certificates/read", (client) => client.get("/deletedcertificates/web")],
  ["update", "certificates/update/action", (client) => client.patch("/certificates/web/", {})],
  ["update", "certificates/update/action", (client) => client.patch("/certificates/web/policy", {})],
  ["delete", "certificates/delete", (client) => client.delete("/certificates/web")],
  ["recover", "certificates/recover/action", (client) => client.post("/deletedcertificates/web/recover")],
  ["purge", "certificates/purge/action", (client) => client.delete("/deletedcertificates/web")],
  ["getSecret", "secrets/getSecret/action", (client) => client.get("/secrets/web/")],
  ["listSecret", "secrets/readMetadata/action", (client) => client.get("/secrets/web/versions")],
  ["readKey", "keys/read", (client) => client.get("/keys/web/versions")],
];

it.each(calls)("asks for the right to %s, and names %s: %#", async (action, named, call) => {
  const { client, server, clientId } = await started();
  const others = calls.map(([other]) => other).filter((other) => other !== action);
  server.vault.access.grant(clientId, others);

  const { status, json } = await call(client);

  expect([status, json]).toMatchObject([
    403,
    {
      error: {
        code: "Forbidden",
        message: expect.stringContaining(`\r\nAction: 'Microsoft.KeyVault/vaults/${named}'\r\n`) as string,
        innererror: { code: "ForbiddenByRbac" },
      },
    },
  ]);
  server.vault.access.grant(clientId, [action]);
  expect((await call(client)).status).not.toBe(403);
});

it("refuses by access policies", async () => {
  const { client, server, clientId } = await started({ accessModel: "AccessPolicies" });
  server.vault.access.grant(clientId, []);

  expect(await client.get("/certificates/web/")).toMatchObject({
    status: 403,
    json: { error: { code: "Forbidden", innererror: { code: "AccessDenied" } } },
  });
});

it("lets nobody through its firewall, whatever he may do", async () => {
  const { client, server } = await started();
  server.vault.access.firewall = "Closed";

  expect(await client.get("/certificates/web/")).toMatchObject({
    status: 403,
    json: {
      error: {
        code: "Forbidden",
        message: expect.stringMatching(
          /^Client address is not authorized and caller is not a trusted service\.\r\nClient address: 127\.0\.0\.1\r\n/,
        ) as string,
        innererror: { code: "ForbiddenByFirewall" },
      },
    },
  });
  server.vault.access.firewall = "Open";
  expect((await client.get("/certificates/web/")).status).toBe(404);
});
