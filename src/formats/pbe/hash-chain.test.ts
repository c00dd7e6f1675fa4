import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runHashChain } from "./hash-chain.ts";

describe("runHashChain", () => {
  it.each(["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"])(
    "hashes %s as often as told",
    (digest) => {
      const start = hash(digest, "start", "buffer");
      const once = hash(digest, start, "buffer");
      const twice = hash(digest, once, "buffer");
      expect(runHashChain({ digest, start, count: 0 })).toEqual(start);
      expect(runHashChain({ digest, start, count: 1 })).toEqual(once);
      expect(runHashChain({ digest, start, count: 2 })).toEqual(twice);
    },
  );

  it.each([
    ["sha1", "b614080e6bf84b286ee627b71236160b2a26e5df"],
    ["sha256", "4be57cdfd4cf19babf74e73fe0b056560714434fdc6243aa11c8af409ce181f3"],
  ])("gives with %s after 100,000 steps what Python gives", (digest, expected) => {
    const start = hash(digest, "start", "buffer");
    expect(runHashChain({ digest, start, count: 100_000 }).toString("hex")).toBe(expected);
  });

  it("hashes a suffix in each step", () => {
    const start = hash("md5", "start", "buffer");
    const suffix = Buffer.from("password");
    const once = hash("md5", Buffer.concat([start, suffix]), "buffer");
    const twice = hash("md5", Buffer.concat([once, suffix]), "buffer");
    expect(runHashChain({ digest: "md5", start, suffix, count: 2 })).toEqual(twice);
  });

  it("leaves its input as it is", () => {
    const start = Buffer.alloc(20, 7);
    runHashChain({ digest: "sha1", start, count: 5 });
    expect(start).toEqual(Buffer.alloc(20, 7));
  });
});
