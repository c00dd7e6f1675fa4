import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { connect, type KubeClient } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, startControlPlane } from "../control-plane/index.ts";
import { Follower, Values } from "./watch-follower.ts";

let plane: ControlPlane;
let client: KubeClient;
let values: Values;
let follower: Follower;

beforeAll(async () => {
  plane = await startControlPlane();
});
beforeEach(async () => {
  const namespace = await plane.namespace("restarts");
  client = connect(plane.adminConfig);
  values = new Values(plane.client, namespace);
  follower = new Follower(client, namespace);
  await follower.informer.whenSynced(AbortSignal.timeout(20_000));
});
afterEach(async () => {
  await follower.stop();
  await client.close();
});
afterAll(() => plane.stop());

it("an API server stopped and started again is followed, and what was there already is told to nobody again", async () => {
  await values.set("a", "1");
  await follower.knows({ a: "1" });
  await plane.stopApiServer();
  await eventually("the reflector to have tried in vain", () => follower.waits.length >= 3);
  await plane.startApiServer();
  await values.set("a", "2");
  await values.set("b", "1");
  await follower.knows({ a: "2", b: "1" });
  expect(follower.told).toEqual(["+ a", "~ a", "+ b"]);
});

it("an etcd restored to data older than the watch is noticed at once, and what it has forgotten is told as deleted", async () => {
  await values.set("kept", "1");
  await values.set("changed", "1");
  await values.set("deleted", "1");
  await plane.backUp();
  // So many that what the API server writes at its start does not catch up with them.
  for (let count = 0; count < 200; count += 1) await values.set("changed", `2.${count}`);
  await values.set("changed", "2");
  await values.delete("deleted");
  await values.set("forgotten", "1");
  await follower.knows({ changed: "2", forgotten: "1", kept: "1" });
  const told = follower.told.length;
  await plane.restore();
  await follower.knows({ changed: "1", deleted: "1", kept: "1" });
  expect(follower.told.slice(told).toSorted()).toEqual(["+ deleted", "- forgotten", "~ changed"]);
  // The watch goes on in the new history, whose versions are older than those it knew.
  await values.set("new", "1");
  await follower.knows({ changed: "1", deleted: "1", kept: "1", new: "1" });
  expect(follower.reasons).not.toContain("Timeout");
});
