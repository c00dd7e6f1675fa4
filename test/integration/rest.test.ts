import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { refreshAll } from "./rest-case.ts";
import { World } from "./world.ts";

const count = 100;
let world: World;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "rest");
});
afterAll(() => world.stop());

it(`${count} imports and ${count} deployments at rest: a new start and a forced refresh of everything write nothing`, async () => {
  expect(await refreshAll(world, count)).toEqual({ first: 2 * count, again: 0, delivered: 2 * count });
}, 900_000);
