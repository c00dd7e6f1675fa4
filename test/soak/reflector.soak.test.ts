import { expect, it } from "vitest";
import { counterexample } from "../../src/kube/testing/convergence.ts";

const runs = Number(process.env["SOAK_RUNS"] ?? "300000");

it(`in ${runs} runs of whatever happens, the cache comes to hold the server's list, and handlers were told every difference`, () => {
  expect(counterexample(runs)).toBeUndefined();
});
