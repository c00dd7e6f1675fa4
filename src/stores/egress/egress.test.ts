import type { LookupAddress } from "node:dns";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, type KubeClient } from "../../kube/index.ts";
import { json, serve } from "../../kube/testing/raw-server.ts";
import { egressGuard, type EgressOptions } from "./egress.ts";
import { deniedByDefault } from "./rules.ts";

const signal = AbortSignal.timeout(20_000);

/** A client of a server on loopback that it knows by another address, and how often that name was looked up. */
async function guarded(
  host: string | undefined,
  options: Partial<EgressOptions>,
  answers: readonly (readonly string[])[] = [],
): Promise<{ get: () => Promise<unknown>; requests: () => number; lookups: () => number }> {
  const server = await serve(json(200, { gitVersion: "v1" }), json(200, { gitVersion: "v1" }));
  let lookups = 0;
  const resolver = (_: string, done: (error: null, addresses: readonly LookupAddress[]) => void): void => {
    const found = answers[Math.min(lookups, answers.length - 1)] ?? [];
    lookups += 1;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  const guard = egressGuard({ deny: deniedByDefault, allow: undefined, resolve: new Map(), ...options }, resolver);
  const { protocol, port } = new URL(server.url);
  const url = host === undefined ? server.url : `${protocol}//${host}:${port}`;
  const client: KubeClient = connect({ server: url, credentials: { anonymous: true } }, { guard });
  onTestFinished(() => client.close());
  return {
    get: () => client.getPath("/version", { signal }),
    requests: () => server.requests.length,
    lookups: () => lookups,
  };
}

const denied = (message: string) => ({
  reason: "ConnectionFailed",
  sent: false,
  cause: { name: "BlockedError", reason: "EgressDenied", message },
});
const told = (where: string): string =>
  `The operator does not connect there: ${where} is denied by its flag --deny-egress. Use another address, or have the flag changed.`;

describe("a guarded connection", () => {
  it.each(["127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])("is refused to %s", async (host) => {
    const { get, requests } = await guarded(host, {});
    const shown = host.startsWith("[") ? "::ffff:7f00:1" : "127.0.0.1";
    await expect(get()).rejects.toMatchObject(denied(told(shown)));
    expect(requests()).toBe(0);
  });

  it("is refused to a name one of whose addresses is denied", async () => {
    const { get, requests } = await guarded("cluster.example.com", {}, [["10.0.0.1", "127.0.0.1"]]);
    await expect(get()).rejects.toMatchObject(denied(told("cluster.example.com is 127.0.0.1, which")));
    expect(requests()).toBe(0);
  });

  it("goes to the very address that was checked, with no look-up in between", async () => {
    const { get, lookups } = await guarded("cluster.example.com", { deny: ["10.0.0.0/8"] }, [
      ["127.0.0.1"],
      ["10.0.0.1"],
    ]);
    expect(await get()).toEqual({ gitVersion: "v1" });
    expect(lookups()).toBe(1);
  });

  it("is not made where only some places are allowed, and this is none", async () => {
    const { get } = await guarded("cluster.example.com", { deny: [], allow: ["10.0.0.0/8"] }, [["127.0.0.1"]]);
    const message =
      "The operator does not connect there: cluster.example.com is 127.0.0.1, which is not among its flag --allow-egress. Use another address, or have the flag changed.";
    await expect(get()).rejects.toMatchObject(denied(message));
  });

  it("to a host of the flag --resolve goes there, by another port, too, and is checked", async () => {
    const server = await serve(json(200, { gitVersion: "v2" }));
    const { port } = new URL(server.url);
    const resolve = new Map([["cluster.example.com", { hostname: "127.0.0.1", port }]]);
    const elsewhere = await guarded("cluster.example.com", { deny: [], resolve });
    expect(await elsewhere.get()).toEqual({ gitVersion: "v2" });
    const checked = await guarded("cluster.example.com", { resolve });
    await expect(checked.get()).rejects.toMatchObject(denied(told("cluster.example.com is 127.0.0.1, which")));
  });
});
