import { describe, expect, it } from "vitest";
import { chainDigest, holdersOf, readMark, shortMark, writeMark } from "./mark.ts";

const mark = "me/CertificateImport/shop/web";

describe("the mark of a certificate", () => {
  it("is what the tag says, with the chain where that is known", () => {
    expect(writeMark({ mark })).toBe("me/CertificateImport/shop/web");
    expect(writeMark({ mark, chain: "0123456789abcdef" })).toBe("me/CertificateImport/shop/web 0123456789abcdef");
  });

  it("is read as it was written", () => {
    expect(readMark({ "owner.certferry.io": mark })).toEqual({ mark, chain: undefined });
    expect(readMark({ "owner.certferry.io": `${mark} 0123456789abcdef` })).toEqual({ mark, chain: "0123456789abcdef" });
    expect(readMark({ "owner.certferry.io": "" })).toBeUndefined();
    expect(readMark({ "owner.certferry.io": "two words" })).toBeUndefined();
    expect(readMark(undefined)).toBeUndefined();
  });

  it("is its SHA-256 where it would not fit into a tag together with the chain", () => {
    expect(shortMark("m".repeat(239))).toBe("m".repeat(239));
    expect(shortMark("m".repeat(240))).toMatch(/^[0-9a-f]{64}$/);
    expect(shortMark("m".repeat(240))).not.toBe(shortMark("m".repeat(241)));
    expect(writeMark({ mark: shortMark("m".repeat(239)), chain: "0123456789abcdef" })).toHaveLength(256);
  });
});

describe("who holds a certificate", () => {
  it.each([
    [{ "owner.certferry.io": mark }, { ours: true, others: [], foreign: false }],
    [{ "owner.certferry.io": `${mark} 0123456789abcdef` }, { ours: true, others: [], foreign: false }],
    [{ "owner.certferry.io": "you/x/y/z 0123456789abcdef" }, { ours: false, others: ["you/x/y/z"], foreign: false }],
    [{ a: "b" }, { ours: false, others: [], foreign: true }],
    [undefined, { ours: false, others: [], foreign: true }],
  ])("is told by %j", (tags, holders) => {
    expect(holdersOf(tags, mark)).toEqual(holders);
  });

  it("is us also where the mark is too long", () => {
    const long = "m".repeat(300);
    expect(holdersOf({ "owner.certferry.io": shortMark(long) }, long).ours).toBe(true);
  });
});

describe("the digest of a chain", () => {
  const [a, b] = [Buffer.from("a"), Buffer.from("b")];

  it("does not tell orders apart, and all else", () => {
    expect(chainDigest([a, b])).toBe(chainDigest([b, a]));
    expect(new Set([chainDigest([]), chainDigest([a]), chainDigest([b]), chainDigest([a, b])]).size).toBe(4);
    expect(chainDigest([])).toBe("e3b0c44298fc1c14");
  });
});
