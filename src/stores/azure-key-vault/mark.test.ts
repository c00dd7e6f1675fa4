import { expect, it } from "vitest";
import { holdersOf, markValue } from "./mark.ts";

const mark = "me/CertificateImport/shop/web";

it("a mark that fits is the tag's value", () => {
  expect(markValue(mark)).toBe("me/CertificateImport/shop/web");
  expect(markValue("m".repeat(256))).toBe("m".repeat(256));
});

it("a longer one is its SHA-256", () => {
  expect(markValue("m".repeat(257))).toMatch(/^[0-9a-f]{64}$/);
  expect(markValue("m".repeat(257))).not.toBe(markValue("m".repeat(258)));
});

it("tells ours, another's and nobody's", () => {
  expect(holdersOf({ "owner.certferry.io": mark, a: "b" }, mark)).toEqual({ ours: true, others: [], foreign: false });
  expect(holdersOf({ "owner.certferry.io": "you/x" }, mark)).toEqual({
    ours: false,
    others: ["you/x"],
    foreign: false,
  });
  expect(holdersOf({ a: "b" }, mark)).toEqual({ ours: false, others: [], foreign: true });
  expect(holdersOf(undefined, mark)).toEqual({ ours: false, others: [], foreign: true });
});
