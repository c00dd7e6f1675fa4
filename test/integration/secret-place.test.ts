import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/kube/index.ts";
import type { Desired, Observation, Place, Store } from "../../src/stores/contract.ts";
import { egressGuard } from "../../src/stores/egress/index.ts";
import { createRegistry } from "../../src/stores/registry.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Issued } from "../fixtures/pki.ts";
import { desiredOf, differences, writeTo } from "../fixtures/place.ts";
import { rememberSecret } from "../leaks/material.ts";
import { leafAndIssuer, World } from "./world.ts";

let world: World;
let store: Store;
let first: Issued;
let second: Issued;
const egress = egressGuard({ deny: [], allow: undefined, resolve: new Map() });
const removal = { readSecret: () => Promise.resolve(new Map()) };
const signal = AbortSignal.timeout(120_000);

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "place");
  const registry = createRegistry({
    client: world.plane.client,
    cluster: world.plane.adminConfig,
    clusterUid: "uid",
    userAgent: "test",
    egress,
    webEgress: egress,
  });
  const block = { auth: { serviceAccountRef: { name: "writer" } } };
  const nothing = () => Promise.resolve(new Map<string, Buffer>());
  const context = {
    namespace: world.home,
    timeoutMs: 10_000,
    readSecret: nothing,
    readConfigMap: nothing,
    turn: () => Promise.resolve(),
  };
  const provider = registry.get("kubernetes");
  if (provider === undefined) throw new Error("no provider");
  store = await provider.create(block, context, signal);
  [first] = await leafAndIssuer("one.example.com");
  [second] = await leafAndIssuer("two.example.com");
  for (const { keyPem } of [first, second]) rememberSecret(keyPem);
});
afterAll(() => store.close());

function pem(name: string, key: string): Place {
  return store.place(
    { namespace: world.away, name, outputs: [{ format: "PEM", key }] },
    { namespace: world.home, name: "web", secret: () => Buffer.alloc(0) },
  );
}

function tls(name: string): Place {
  return store.place(
    { namespace: world.away, name, outputs: [{ format: "TLS" }] },
    { namespace: world.home, name: "web", secret: () => Buffer.alloc(0) },
  );
}

function write(place: Place, wanted: Desired): Promise<Observation> {
  return writeTo(place, wanted, signal);
}

describe("a place in a Secret", () => {
  it("is absent, then holds what was written, then differs from the next certificate", async () => {
    const place = tls("simple");
    expect(differences(await place.observe(await desiredOf(first), signal))).toBe("Absent");
    expect(differences(await write(place, await desiredOf(first)))).toEqual([]);
    const seen = await place.observe(await desiredOf(second), signal);
    expect(differences(seen)).toEqual(["data tls.crt", "data tls.key"]);
    expect(seen).toMatchObject({
      leaf: { subject: "CN=one.example.com" },
      holders: { ours: true, others: [], foreign: false },
    });
  });

  it("is not written when it has changed since the look", async () => {
    const place = tls("changing");
    await write(place, await desiredOf(first));
    const seen = await place.observe(await desiredOf(second), signal);
    await world.plane.kubectl(["annotate", "secret", "changing", "-n", world.away, "x=y"]);
    expect(await place.put(await desiredOf(second), seen, signal)).toEqual({ outcome: "Changed" });
    await world.delete("secret", "changing", world.away);
    expect(await place.put(await desiredOf(second), seen, signal)).toEqual({ outcome: "Changed" });
  });

  it("is not written into one that somebody else has made since the look found nothing", async () => {
    const place = pem("raced", "a.pem");
    const absent = await place.observe(await desiredOf(first), signal);
    await world.plane.kubectl([
      "create",
      "secret",
      "generic",
      "raced",
      "-n",
      world.away,
      "--from-literal=a.pem=theirs",
    ]);
    expect(await place.put(await desiredOf(first), absent, signal)).toEqual({ outcome: "Changed" });
    expect((await world.secret("raced")).data).toEqual({ "a.pem": Buffer.from("theirs").toString("base64") });
  });

  it("shares one that somebody else has made meanwhile with other keys, and does not call it its own", async () => {
    const place = pem("joined", "a.pem");
    const absent = await place.observe(await desiredOf(first), signal);
    await world.plane.kubectl([
      "create",
      "secret",
      "generic",
      "joined",
      "-n",
      world.away,
      "--from-literal=b.pem=theirs",
    ]);
    const wanted = await desiredOf(first);
    expect(await place.put(wanted, absent, signal)).toEqual({ outcome: "Changed" });
    expect((await world.secret("joined")).metadata.annotations).toBeUndefined();
    expect(differences(await write(place, wanted))).toEqual([]);
    expect(await store.remove(place.key, wanted.mark, removal, signal)).toEqual({});
    expect(Object.keys((await world.secret("joined")).data ?? {})).toEqual(["b.pem"]);
  });

  it("is shared by two targets with different keys; each sees, writes and removes only its own", async () => {
    const [a, b] = [pem("shared", "a.pem"), pem("shared", "b.pem")];
    const [wantedA, wantedB] = [await desiredOf(first, "me/K/n/x/a"), await desiredOf(second, "me/K/n/x/b")];
    await write(a, wantedA);
    await write(b, wantedB);
    expect(differences(await a.observe(wantedA, signal))).toEqual([]);
    expect(await a.observe(wantedA, signal)).toMatchObject({ holders: { ours: true, others: [] } });
    // The first made the Secret, but there is something of another in it now.
    await store.remove(a.key, wantedA.mark, removal, signal);
    expect(Object.keys((await world.secret("shared")).data ?? {})).toEqual(["b.pem"]);
    expect(differences(await b.observe(wantedB, signal))).toEqual([]);
  });

  it("names another's mark on the same key, and what lies there without a mark", async () => {
    await write(pem("marked", "a.pem"), await desiredOf(first, "you/K/n/x"));
    expect(await pem("marked", "a.pem").observe(await desiredOf(first), signal)).toMatchObject({
      holders: { ours: false, others: ["you/K/n/x"], foreign: false },
    });
    await world.plane.kubectl(["create", "secret", "generic", "strange", "-n", world.away, "--from-literal=a.pem=x"]);
    expect(await pem("strange", "a.pem").observe(await desiredOf(first), signal)).toMatchObject({
      holders: { ours: false, others: [], foreign: true },
    });
  });

  it("loses a key that the spec no longer names", async () => {
    const two = [
      { format: "PEM", key: "a.pem" },
      { format: "PEM", key: "b.pem" },
    ] as const;
    await write(
      store.place(
        { namespace: world.away, name: "less", outputs: two },
        { namespace: world.home, name: "web", secret: () => Buffer.alloc(0) },
      ),
      await desiredOf(first),
    );
    const place = pem("less", "a.pem");
    expect(differences(await place.observe(await desiredOf(first), signal))).toEqual([
      "data b.pem, no longer wanted",
      "mark",
    ]);
    expect(differences(await write(place, await desiredOf(first)))).toEqual([]);
    expect(Object.keys((await world.secret("less")).data ?? {})).toEqual(["a.pem"]);
  });

  it("goes as a whole when we made it and nothing else is in it, and stays where its type needs our keys", async () => {
    const wanted = await desiredOf(first);
    await write(tls("whole"), wanted);
    await store.remove(tls("whole").key, wanted.mark, removal, signal);
    await expect(world.secret("whole")).rejects.toMatchObject({ reason: "NotFound" });
    expect(await store.remove(tls("whole").key, wanted.mark, removal, signal)).toEqual({});

    await write(tls("kept"), wanted);
    await world.plane.kubectl(["patch", "secret", "kept", "-n", world.away, "-p", '{"stringData":{"more":"x"}}']);
    expect(await store.remove(tls("kept").key, wanted.mark, removal, signal)).toMatchObject({
      left: expect.stringContaining("stays"),
    });
    expect(
      (await world.plane.client.get(Secret, { namespace: world.away, name: "kept" }, { signal })).data,
    ).toHaveProperty("more");
  });

  it("goes with the one who took all of it over from the one that made it", async () => {
    const [before, after] = [await desiredOf(first, "me/K/n/x/old"), await desiredOf(first, "me/K/n/x/new")];
    await write(tls("renamed"), before);
    await write(tls("renamed"), after);
    expect(await store.remove(tls("renamed").key, before.mark, removal, signal)).toEqual({});
    expect(differences(await tls("renamed").observe(after, signal))).toEqual([]);
    expect(await store.remove(tls("renamed").key, after.mark, removal, signal)).toEqual({});
    await expect(world.secret("renamed")).rejects.toMatchObject({ reason: "NotFound" });
  });

  it("that another operator made stays when the one who took it over goes", async () => {
    const [theirs, ours] = [await desiredOf(first, "you/K/n/x"), await desiredOf(first, "me/K/n/x")];
    await write(tls("conquered"), theirs);
    await write(tls("conquered"), ours);
    expect(await store.remove(tls("conquered").key, ours.mark, removal, signal)).toMatchObject({
      left: expect.stringContaining("others have keys in it, or made it"),
    });
  });

  it("of another cluster than the store leads to now is left alone", async () => {
    const wanted = await desiredOf(first);
    await write(tls("here"), wanted);
    const elsewhere = tls("here").key.replace('"cluster":"uid"', '"cluster":"another"');
    await expect(store.remove(elsewhere, wanted.mark, removal, signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "StoreLeadsElsewhere",
    });
    expect(differences(await tls("here").observe(wanted, signal))).toEqual([]);
  });

  it("is refused where it is immutable and differs", async () => {
    await write(tls("frozen"), await desiredOf(first));
    await world.plane.kubectl(["patch", "secret", "frozen", "-n", world.away, "-p", '{"immutable":true}']);
    expect(await tls("frozen").observe(await desiredOf(first), signal)).not.toHaveProperty("obstacle");
    expect(await tls("frozen").observe(await desiredOf(second), signal)).toMatchObject({
      obstacle: { reason: "SecretImmutable" },
    });
  });

  it("needs the key only where an output does", async () => {
    const wanted = await desiredOf(first);
    const { key: _key, ...bundle } = wanted.bundle;
    const without = { ...wanted, bundle };
    expect(differences(await pem("public", "a.pem").observe(without, signal))).toBe("Absent");
    await expect(tls("public").observe(without, signal)).rejects.toMatchObject({ reason: "NoPrivateKey" });
  });
});
