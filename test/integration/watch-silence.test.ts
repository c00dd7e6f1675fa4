import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connect } from "../../src/kube/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { afterEvents, FaultProxy, stall } from "../fault-proxy/index.ts";
import { Follower, Values } from "./watch-follower.ts";

// undici's clock is made of timers: here time passes for it when it is told to.
beforeAll(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterAll(() => void vi.useRealTimers());

it("a watch that says nothing and never closes is found dead after three minutes, and what it kept to itself is listed", async () => {
  const plane = sharedControlPlane();
  const proxy = await FaultProxy.start(plane);
  const client = connect(proxy.configFor(plane.adminConfig));
  const namespace = await testNamespace("silence");
  const values = new Values(plane.client, namespace);
  proxy.inject(afterEvents(1, stall), { watch: true, times: 1 });
  const follower = new Follower(client, namespace);
  await follower.informer.whenSynced(AbortSignal.timeout(20_000));
  await values.set("a", "1");
  await follower.knows({ a: "1" });

  await values.set("b", "1");
  await values.delete("a");
  await vi.advanceTimersByTimeAsync(175_000);
  expect(follower.reasons).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  await follower.knows({ b: "1" });
  expect(follower.reasons).toEqual(["Timeout"]);

  await follower.stop();
  await client.close();
  await proxy.close();
});
