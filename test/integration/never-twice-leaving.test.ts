import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { ledgerTarget, Scene } from "../ledger/scene.ts";
import { deployment, leafAndIssuer, target } from "./world.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await Scene.create("leaving");
  const [leaf, issuer] = await leafAndIssuer("leaving.example.com");
  await scene.world.source("web-tls", leaf, [issuer]);
}, 180_000);
afterAll(() => scene.close());

function inLedger(name: string, title: string, store = "open"): object {
  return deployment(scene.world.home, name, [ledgerTarget(store, title)], { deletionPolicy: "Delete" });
}

describe("while a write may be under way", () => {
  it("a place is removed only after it, though its object goes", async () => {
    const { world, open } = scene;
    await world.apply(inLedger("calm", "calm"));
    const held = open.hold("deleted", "Before");
    await scene.killWhen(async () => {
      await world.reason("calm", "Delivered");
      await world.apply(inLedger("deleted", "deleted"));
      await held.reached;
    });
    await Promise.all([world.delete("storedeployment", "calm"), world.delete("storedeployment", "deleted")]);
    await scene.killWhen(() => eventually("the calm one to go", () => world.isGone("storedeployment", "calm")));
    held.release("GoOn");
    await eventually("the write that was under way", () => open.ledger.entries("deleted").length === 1);
    await scene.withNext(() => eventually("the other to go", () => world.isGone("storedeployment", "deleted")));
    expect(open.ledger.entries("deleted")).toEqual([]);
  });

  it("a place is removed only after it, though its target moves, and the new place is written once", async () => {
    const { world, open } = scene;
    const held = open.hold("old", "Before");
    await world.apply(inLedger("moves", "old"));
    await scene.killWhen(() => held.reached);
    await world.apply(inLedger("moves", "new"));
    held.release("GoOn");
    await scene.withNext(async () => {
      await world.reason("moves", "Delivered");
      await eventually("the old place to be removed", () => open.ledger.entries("old").length === 0);
    });
    expect(open.ledger.struck.filter(({ title }) => title === "old")).toHaveLength(1);
    expect(open.ledger.entries("new")).toHaveLength(1);
  });
});

describe("the key of the fingerprints", () => {
  it("costs no write when it is lost, not even where nothing can be looked up", async () => {
    const { world, plane, open, blind } = scene;
    const targets = [
      { ...ledgerTarget("open", "key"), name: "open" },
      { ...ledgerTarget("blind", "key"), name: "blind" },
      target("secret", world.away, "key"),
    ];
    await world.apply(deployment(world.home, "key", targets));
    const fingerprints = async (): Promise<string[]> =>
      ((await world.deployment("key")).status?.targets ?? []).map(({ fingerprint = "" }) => fingerprint);
    let before: string[] = [];
    await scene.killWhen(async () => {
      await world.reason("key", "Delivered");
      before = await fingerprints();
    });
    await plane.kubectl(["delete", "secret", "certferry-fingerprint-key", "-n", "certferry-system"]);
    await scene.withNext(() =>
      eventually("fingerprints under another key", async () => {
        const now = await fingerprints();
        return now.length === 3 && now.every((fingerprint, at) => fingerprint !== before[at]);
      }),
    );
    expect([open.ledger.entries("key").length, blind.ledger.entries("key").length]).toEqual([1, 1]);
    expect(await world.writes("key")).toBe(1);
  });
});
