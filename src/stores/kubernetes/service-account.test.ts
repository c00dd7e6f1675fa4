import { describe, expect, it, onTestFinished } from "vitest";
import { type Behaviour, failure, json, serve } from "../../kube/testing/raw-server.ts";
import { connect, type KubeClient, type TokenProvider } from "../../kube/index.ts";
import { tokenProvider } from "./service-account.ts";

const account = { namespace: "shop", name: "writer" };
const start = Date.parse("2030-01-01T00:00:00Z");
const signal = new AbortController().signal;

function token(text: string, expirationTimestamp: string): Behaviour {
  return json(201, { kind: "TokenRequest", metadata: {}, status: { token: text, expirationTimestamp } });
}

/** A provider whose server does so, and its clock. */
async function provider(...behaviours: [Behaviour, ...Behaviour[]]): Promise<{
  provide: TokenProvider;
  clock: { now: number };
  asked: () => number;
}> {
  const server = await serve(...behaviours);
  const client: KubeClient = connect({ server: server.url, credentials: { anonymous: true } });
  onTestFinished(() => client.close());
  const clock = { now: start };
  return {
    provide: tokenProvider(client, account, () => clock.now),
    clock,
    asked: () => server.requests.length,
  };
}

describe("the token of a ServiceAccount", () => {
  it("is kept for four fifths of its life", async () => {
    const { provide, clock } = await provider(
      token("first", "2030-01-01T01:00:00Z"),
      token("second", "2030-01-01T02:00:00Z"),
    );
    expect(await provide(signal)).toBe("first");
    clock.now = start + 48 * 60_000 - 1;
    expect(await provide(signal)).toBe("first");
    clock.now = start + 48 * 60_000;
    expect(await provide(signal)).toBe("second");
  });

  it("is replaced when the server refuses it, once for all who were refused", async () => {
    const { provide, asked } = await provider(
      token("first", "2030-01-01T01:00:00Z"),
      token("second", "2030-01-01T01:00:00Z"),
    );
    await provide(signal);
    await provide(signal);
    const refused = [provide(signal, "first"), provide(signal, "first"), provide(signal, "first")];
    expect(await Promise.all(refused)).toEqual(["second", "second", "second"]);
    expect(asked()).toBe(2);
  });

  it("is not replaced when it is refused as soon as it was fetched", async () => {
    const { provide, asked } = await provider(
      token("first", "2030-01-01T01:00:00Z"),
      token("second", "2030-01-01T01:00:00Z"),
      token("third", "2030-01-01T01:00:00Z"),
    );
    expect([await provide(signal), await provide(signal, "first")]).toEqual(["first", "first"]);
    await provide(signal);
    expect([await provide(signal, "first"), await provide(signal, "second")]).toEqual(["second", "second"]);
    expect(asked()).toBe(2);
  });

  it("that may not be asked for tells the Role to apply", async () => {
    const { provide } = await provider(failure(403, "Forbidden"), token("granted", "2030-01-01T01:00:00Z"));
    await expect(provide(signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "TokenNotGranted",
      message:
        'The operator may not act as ServiceAccount writer. Bind it to a Role in shop: apiGroups [""], resources [serviceaccounts/token], resourceNames [writer], verbs [create].',
    });
    expect(await provide(signal)).toBe("granted");
  });

  it("is waited for where there is no such account", async () => {
    const { provide } = await provider(failure(404, "NotFound"));
    await expect(provide(signal)).rejects.toMatchObject({ name: "WaitingError", reason: "ServiceAccountMissing" });
  });

  it("is asked for again later where the server is ill, and nothing has happened then", async () => {
    const { provide } = await provider(failure(500, "InternalError"));
    await expect(provide(signal)).rejects.toMatchObject({ reason: "TokenUnavailable", happened: "no" });
  });
});
