import { describe, expect, it } from "vitest";
import { checkDepth } from "./depth.ts";
import { sequence } from "./writer.ts";

function nested(levels: number): Buffer {
  let der = sequence();
  for (let level = 1; level < levels; level++) der = sequence(der);
  return der;
}

describe("checkDepth", () => {
  it("allows as many levels as the limit, beside each other any number", () => {
    expect(() => checkDepth(nested(5), 5, "the value")).not.toThrow();
    expect(() => checkDepth(sequence(...Array.from({ length: 100 }, () => nested(4))), 5, "the value")).not.toThrow();
  });

  it.each([
    ["definite lengths", nested(6)],
    ["definite lengths behind shallow ones", sequence(nested(1), nested(5))],
    ["indefinite lengths", Buffer.from("308030803080308030803080", "hex")],
  ])("refuses one level more in %s", (_how, der) => {
    expect(() => checkDepth(der, 5, "the value")).toThrow(
      expect.objectContaining({ code: "LimitExceeded", details: { limit: "depth" } }),
    );
  });

  it("counts levels down again behind an end mark", () => {
    expect(() => checkDepth(Buffer.from("3080308000003080000030800000", "hex"), 2, "the value")).not.toThrow();
  });

  it("leaves damage to the readers", () => {
    expect(() => checkDepth(Buffer.from("3084ffffffff", "hex"), 5, "the value")).not.toThrow();
  });
});
