import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { delayed } from "../servers/keyfactor/index.ts";
import { adds, CommandDeployments, target } from "./command-deployments.ts";

let all: CommandDeployments;
beforeAll(async () => {
  all = await CommandDeployments.start("command-limits");
});
afterAll(() => all.close());

it("100 deployments at once send no more requests at a time than the store allows, and one Add each", async () => {
  await all.all.store("command", {}, { spec: { limits: { maxConcurrent: 4 } } });
  await all.imported("wide");
  const { server } = all.all;
  const stores = Array.from({ length: 100 }, () => all.addStore());
  const before = server.traffic.count(adds);
  // Requests that took no time would hardly ever meet.
  server.inject(delayed(50), {});
  const spec = (store: (typeof stores)[number]): object => ({
    certificateRef: { name: "wide" },
    targets: [target("java", store, { alias: "web" })],
  });
  await all.all.world.apply(
    ...stores.map((store, index) => ({ ...all.all.ours("StoreDeployment", `wide-${index}`), spec: spec(store) })),
  );
  const held = (): boolean => {
    all.pass(1_000);
    return stores.every(({ contents }) => contents.size === 1);
  };
  await eventually("all stores to hold it", held, { withinMs: 200_000 });
  expect(server.traffic.count(adds) - before).toBe(100);
  expect(server.traffic.most()).toBe(4);
  server.heal();
}, 300_000);
