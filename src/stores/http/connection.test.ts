import { describe, expect, it, onTestFinished } from "vitest";
import type { Behaviour } from "../../kube/testing/raw-server.ts";
import { CredentialsRefused } from "../errors.ts";
import type { Authorization } from "./authorization.ts";
import { Basic } from "./basic.ts";
import { BearerToken } from "./bearer-token.ts";
import { HttpsConnection, type HttpsConnectionOptions, type StoreRequest } from "./connection.ts";
import { answer, openGuard, serveTls, type TlsServer } from "./testing/tls-server.ts";

const signal = new AbortController().signal;
const get: StoreRequest = { method: "GET", path: "/", signal };
const basic = new Basic({ username: "CORP\\svc", password: "pass:wörd", from: "Secret login" });

interface Connected {
  readonly connection: HttpsConnection;
  readonly server: TlsServer;
  /** How often a request asked for its turn. */
  turns(): number;
}

async function connected(
  behaviours: [Behaviour, ...Behaviour[]],
  options: Partial<HttpsConnectionOptions> = {},
): Promise<Connected> {
  const server = await serveTls(...behaviours);
  let turns = 0;
  const turn = (): Promise<void> => {
    turns += 1;
    return Promise.resolve();
  };
  const { url: origin, caPem } = server;
  const connection = new HttpsConnection({ origin, caPem, guard: openGuard, timeoutMs: 20_000, turn, ...options });
  onTestFinished(() => connection.close());
  return { connection, server, turns: () => turns };
}

/** Tokens one after the other, of which the first may have been kept. */
function tokens(kept: boolean, closed: () => void = () => {}): Authorization {
  let number = 1;
  return {
    from: "Secret oauth",
    header: () => Promise.resolve(`Bearer t${number}`),
    rejected: () => {
      number += 1;
      return Promise.resolve(kept ? "TryOnceMore" : "Refused");
    },
    close: () => Promise.resolve(closed()),
  };
}

const refused = async ({ server }: Connected, from: string) => ({
  name: "WaitingError",
  reason: "CredentialsRefused",
  message: `${new URL(server.url).host} refuses the login of ${from}; renew it.`,
});

describe("a request", () => {
  it("waits for its turn, and is sent as the account that the store names", async () => {
    const world = await connected([answer(200, "yes")], { authorization: basic });
    expect((await world.connection.request(get)).body.toString()).toBe("yes");
    expect([world.turns(), world.server.requests[0]?.headers.authorization]).toEqual([
      1,
      "Basic Q09SUFxzdmM6cGFzczp3w7ZyZA==",
    ]);
  });

  it("whose turn does not come is not sent", async () => {
    const refusal = new CredentialsRefused("shut");
    const { connection, server } = await connected([answer(200)], { turn: () => Promise.reject(refusal) });
    await expect(connection.request(get)).rejects.toBe(refusal);
    expect(server.requests).toEqual([]);
  });

  it("that is given up before its turn did not happen", async () => {
    const turn = (by: AbortSignal): Promise<void> =>
      new Promise((_, reject) => by.addEventListener("abort", () => reject(by.reason as Error)));
    const { connection } = await connected([answer(200)], { turn });
    const abort = new AbortController();
    const request = connection.request({ ...get, method: "POST", signal: abort.signal });
    abort.abort(new DOMException("no end within 60 s", "TimeoutError"));
    await expect(request).rejects.toMatchObject({ name: "TransientError", reason: "StoreUnavailable", happened: "no" });
  });

  it("gives answers without a login, too, and a 401 as it is", async () => {
    const { connection } = await connected([answer(401, "who?")]);
    expect(await connection.request(get)).toMatchObject({ status: 401 });
  });
});

describe("a 401", () => {
  it.each<[string, Authorization, string]>([
    ["HTTP Basic", basic, "Secret login"],
    ["a given token", new BearerToken({ token: "abc", from: "Secret token" }), "Secret token"],
    ["a new token", tokens(false), "Secret oauth"],
  ])("to %s refuses the login at once", async (_, authorization, from) => {
    const world = await connected([answer(401, "<html>secret words</html>")], { authorization });
    await expect(world.connection.request(get)).rejects.toMatchObject(await refused(world, from));
    expect(world.server.requests).toHaveLength(1);
  });

  it("to a token that was kept is followed by one try with a new one, with a turn of its own", async () => {
    const world = await connected([answer(401), answer(200, "yes")], { authorization: tokens(true) });
    expect((await world.connection.request(get)).body.toString()).toBe("yes");
    expect(world.server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer t1", "Bearer t2"]);
    expect(world.turns()).toBe(2);
  });

  it("to the new one, too, refuses the login", async () => {
    const world = await connected([answer(401)], { authorization: tokens(true) });
    await expect(world.connection.request(get)).rejects.toMatchObject(await refused(world, "Secret oauth"));
    expect(world.server.requests).toHaveLength(2);
  });

  it("is given as it is to a request that can do with it", async () => {
    const world = await connected([answer(401, "no right")], { authorization: basic });
    const { status, body } = await world.connection.request({ ...get, unauthorized: "Answer" });
    expect([status, body.toString()]).toEqual([401, "no right"]);
  });
});

describe("many requests at once", () => {
  const many = (connection: HttpsConnection): Promise<PromiseSettledResult<unknown>[]> =>
    Promise.allSettled(Array.from({ length: 100 }, () => connection.request(get)));

  it("make one failing login, and all are told of it", async () => {
    const { connection, server } = await connected([answer(401)], { authorization: basic });
    const results = await many(connection);
    expect(server.requests).toHaveLength(1);
    expect(results.every((one) => one.status === "rejected" && one.reason instanceof CredentialsRefused)).toBe(true);
  });

  it("all go once one was let in", async () => {
    const { connection, server } = await connected([answer(200)], { authorization: basic });
    const results = await many(connection);
    expect(results.every(({ status }) => status === "fulfilled")).toBe(true);
    expect(server.requests).toHaveLength(100);
  });
});

it("a connection that is closed closes its login's, too", async () => {
  let closed = false;
  const { connection } = await connected([answer(200)], { authorization: tokens(true, () => (closed = true)) });
  await connection.close();
  expect(closed).toBe(true);
  await expect(connection.request(get)).rejects.toMatchObject({ reason: "StoreUnavailable", happened: "no" });
});
