import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { AzureWorld } from "./azure-world.ts";
import { World } from "./world.ts";

// Machines are busy, and an attempt of the other operator that is without a receipt is left alone for half a minute.
vi.setConfig({ testTimeout: 180_000 });

const names = ["both-0", "both-1", "both-2", "both-3", "both-4"];
const patience = { withinMs: 120_000 };

let all: AzureWorld;
let other: World;
beforeAll(async () => {
  all = await AzureWorld.start("azure-twice");
  other = await World.create(all.world.plane, "azure-twice-other");
  await other.start([
    `--resolve=${all.keyVault.resolve}`,
    `--watch-namespaces=${all.world.home}`,
    `--owner-id=${all.world.home}`,
  ]);
});
afterAll(async () => {
  await other.stop();
  await all.close();
});

function versions(): number[] {
  return names.map((name) => all.keyVault.versions(name).length);
}

it("two operators that both believe to lead make one version at the first import, and one at a rotation", async () => {
  for (const name of names) await all.source(name);
  for (const name of names) await all.import(name);
  for (const name of names) await all.ready(name, "Delivered", patience.withinMs);
  expect(versions()).toEqual([1, 1, 1, 1, 1]);
  expect(all.imports).toBe(5);

  for (const name of names) await all.source(name);
  await eventually("the second versions", () => versions().every((count) => count >= 2), patience);
  for (const [index, name] of names.entries()) {
    await all.look(name, `after-${index}`);
    await all.ready(name, "Delivered", patience.withinMs);
  }
  expect(versions()).toEqual([2, 2, 2, 2, 2]);
  expect(all.imports).toBe(10);
});
