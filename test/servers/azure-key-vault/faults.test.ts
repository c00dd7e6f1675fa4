import { expect, it } from "vitest";
import {
  claimsChallenge,
  doneButLost,
  forbiddenByPolicy,
  halfABody,
  Hold,
  internalError,
  neverDone,
  throttled,
  unavailable,
  VaultServer,
} from "./index.ts";
import { Client } from "./testing/client.ts";
import { identityFor, Scene } from "./testing/scene.ts";

const kind = "POST /certificates/{name}/import";

async function withFile() {
  const scene = await Scene.start();
  const { pfx: value } = await identityFor("leaf.example.test");
  const send = () => scene.client.post("/certificates/web/import", { value, pwd: "s3cret" });
  return { scene, send, versions: () => scene.server.vault.certificates.find("web")?.versions.length ?? 0 };
}

it.each([
  ["the answer", doneButLost("Close"), 1],
  ["half of it", halfABody, 1],
  ["the work", neverDone("Close"), 0],
])("loses %s", async (_, fault, done) => {
  const { scene, send, versions } = await withFile();
  scene.server.inject(fault, { kind, times: 1 });

  await expect(send()).rejects.toMatchObject({
    code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) as string,
  });

  expect(versions()).toBe(done);
});

it.each([
  [throttled(7), 429, "Throttled", "VaultRequestTypeLimitReached"],
  [unavailable, 503, "ServiceUnavailable", undefined],
  [internalError, 500, "InternalServerError", undefined],
  [forbiddenByPolicy, 403, "Forbidden", "ForbiddenByPolicy"],
  [claimsChallenge("tenant", {}), 401, "Unauthorized", undefined],
])("answers so instead of doing the work: %#", async (fault, status, code, inner) => {
  const { scene, send, versions } = await withFile();
  scene.server.inject(fault, { kind, times: 1 });

  const reply = await send();

  expect(reply.status).toBe(status);
  const { error } = reply.json as { error: { code: string; innererror?: { code: string } } };
  expect([error.code, error.innererror?.code]).toEqual([code, inner]);
  expect(reply.headers["x-ms-keyvault-region"]).toBe("westeurope");
  expect(versions()).toBe(0);
  expect((await send()).status).toBe(200);
});

it("tells which claims are wanted", async () => {
  const { scene } = await withFile();
  scene.server.inject(claimsChallenge("tenant", { access_token: { nbf: { essential: true } } }));

  const { headers } = await scene.client.get("/certificates");

  expect(headers["www-authenticate"]).toBe(
    'Bearer authorization="https://login.microsoftonline.com/tenant", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ=="',
  );
});

it("holds requests, and counts the most at once", async () => {
  const { scene, send, versions } = await withFile();
  const { server } = scene;
  const hold = new Hold("Before");
  server.inject(hold.fault, { kind });
  const replies = [send(), send()];

  await hold.reached;
  await expect.poll(() => server.traffic.count(kind), { timeout: 20_000 }).toBe(2);
  expect(versions()).toBe(0);
  hold.release();

  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
  expect([server.traffic.most(kind), versions()]).toEqual([2, 2]);
});

it("throws where a fault is for what is no endpoint", async () => {
  const { server } = await Scene.start();

  expect(() => server.inject(unavailable, { kind: "POST /certificates/web/import" })).toThrow("there is no endpoint");
});

it("answers 500 to what is a defect of its own, and throws it when it is closed", async () => {
  const authority = {
    tenantId: "tenant",
    issuer: "issuer",
    read: (): never => {
      throw new Error("a defect");
    },
  };
  const server = await VaultServer.start({ authority });
  const client = new Client(server, "any");

  expect(await client.get("/certificates")).toMatchObject({
    status: 500,
    json: { error: { code: "InternalServerError" } },
  });

  await client.close();
  await expect(server.close()).rejects.toThrow("a defect");
});
