import { expect, it } from "vitest";
import {
  CommandServer,
  delayed,
  doneButLost,
  emptyUnauthorized,
  halfABody,
  Hold,
  htmlUnauthorized,
  neverDone,
  tooManyRequests,
  unavailable,
} from "./index.ts";
import { Client } from "./testing/client.ts";
import { identityFor, Scene } from "./testing/scene.ts";

const kind = "POST /Certificates/Import";

async function withFile() {
  const scene = await Scene.start();
  const { pfx: Certificate } = await identityFor("leaf.example.test");
  const send = () => scene.client.post("/Certificates/Import", { Certificate, Password: "s3cret" });
  return { scene, send, imported: () => scene.server.command.certificates.all().length };
}

it("loses an answer after the work was done", async () => {
  const { scene, send, imported } = await withFile();
  scene.server.inject(doneButLost("Close"), { kind, times: 1 });

  await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) });

  expect(imported()).toBe(1);
  expect((await send()).json).toMatchObject({ ImportStatus: 2 });
  expect(scene.server.traffic.count(kind)).toBe(2);
});

it("never does the work, and says so by no answer", async () => {
  const { scene, send, imported } = await withFile();
  scene.server.inject(neverDone("Close"), { kind, times: 1 });

  await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) });

  expect(imported()).toBe(0);
});

it("lets a client's time run out after the work was done", async () => {
  const { scene, send, imported } = await withFile();
  const injection = scene.server.inject(doneButLost("Stall"), { kind });
  const answer = send().then(
    () => "answered",
    () => "broken off",
  );

  await expect.poll(imported, { timeout: 20_000 }).toBe(1);
  expect(injection.hits).toBe(1);
  await scene.client.close();
  expect(await answer).toBe("broken off");
});

it("breaks off in the middle of a body", async () => {
  const { scene, send, imported } = await withFile();
  scene.server.inject(halfABody, { kind });

  await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) });

  expect(imported()).toBe(1);
});

it.each([
  [tooManyRequests(7), 429, "7"],
  [tooManyRequests("Sun, 22 Nov 2026 03:00:10 GMT"), 429, "Sun, 22 Nov 2026 03:00:10 GMT"],
  [unavailable, 503, undefined],
  [htmlUnauthorized, 401, undefined],
])("answers in HTML instead of doing the work", async (fault, status, retryAfter) => {
  const { scene, send, imported } = await withFile();
  scene.server.inject(fault, { kind, times: 1 });

  const reply = await send();

  expect(reply).toMatchObject({ status, json: undefined });
  expect(reply.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(reply.headers["retry-after"]).toBe(retryAfter);
  expect(imported()).toBe(0);
  expect((await send()).status).toBe(200);
});

it("refuses a login without a word", async () => {
  const { scene, send } = await withFile();
  scene.server.inject(emptyUnauthorized);

  const { status, text } = await send();

  expect([status, text]).toEqual([401, ""]);
  expect(scene.server.traffic.refusedLogins).toBe(1);
  scene.server.heal();
  expect((await send()).status).toBe(200);
});

it("meets only those that it is for", async () => {
  const { scene, send } = await withFile();
  const injection = scene.server.inject(unavailable, { kind, skip: 1, times: 1 });

  const statuses = [
    (await scene.client.get("/Status/Endpoints")).status,
    (await send()).status,
    (await send()).status,
    (await send()).status,
  ];

  expect(statuses).toEqual([200, 200, 503, 200]);
  expect(injection.hits).toBe(1);
});

it("holds requests, and counts the most that are under way at once", async () => {
  const { scene, send, imported } = await withFile();
  const { server } = scene;
  const hold = new Hold("Before");
  server.inject(hold.fault, { kind });
  const probe = scene.client.get("/Status/Endpoints");
  const replies = [send(), send(), send()];

  await hold.reached;
  await expect.poll(() => server.traffic.count(kind), { timeout: 20_000 }).toBe(3);
  expect(imported()).toBe(0);
  await probe;
  await scene.client.get("/Status/Endpoints");
  hold.release();

  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200]);
  await send();
  expect(server.traffic.most(kind)).toBe(3);
  expect(server.traffic.most("GET /Status/Endpoints")).toBe(1);
  expect(server.traffic.most()).toBe(4);
});

it("answers later, so that requests meet", async () => {
  const { scene, send, imported } = await withFile();
  scene.server.inject(delayed(1_000), { kind });

  const replies = await Promise.all([send(), send(), send(), send()]);

  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  // How many, a busy machine decides.
  expect(scene.server.traffic.most(kind)).toBeGreaterThan(1);
  expect(imported()).toBe(1);
});

it("holds an answer whose work is done", async () => {
  const { scene, send, imported } = await withFile();
  const hold = new Hold("After");
  scene.server.inject(hold.fault, { kind });
  const reply = send();

  await hold.reached;
  expect(imported()).toBe(1);
  hold.release();

  expect((await reply).status).toBe(200);
});

it("throws where a fault or a count is for what is no endpoint", async () => {
  const { server } = await Scene.start();

  expect(() => server.inject(unavailable, { kind: "POST /Certificates/Imports" })).toThrow("there is no endpoint");
  expect(() => server.traffic.count("/Certificates/Import")).toThrow("there is no endpoint");
  expect(() => server.traffic.most("none")).toThrow("there is no endpoint");
});

it("answers 500 to what is a defect of its own, and throws it when it is closed", async () => {
  const tokens = (): string => {
    throw new Error("a defect");
  };
  const server = await CommandServer.start({ tokens });
  const client = new Client(server, "Bearer any");

  expect(await client.get("/Status/Endpoints")).toMatchObject({ status: 500, json: undefined });

  await client.close();
  await expect(server.close()).rejects.toThrow("a defect");
});

it("throws when it is closed what a fault has thrown", async () => {
  const server = await CommandServer.start();
  const client = new Client(server);
  server.inject(() => {
    throw new Error("a defect");
  });

  await expect(client.get("/Status/Endpoints")).rejects.toMatchObject({
    code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
  });

  await client.close();
  await expect(server.close()).rejects.toThrow("a defect");
});
