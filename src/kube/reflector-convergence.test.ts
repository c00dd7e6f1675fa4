import { expect, it } from "vitest";
import { counterexample } from "./testing/convergence.ts";

it("whatever happens, the cache comes to hold the server's list, and handlers were told every difference", () => {
  expect(counterexample(3000)).toBeUndefined();
}, 60_000);
