import { describe, expect, it } from "vitest";
import { compareFingerprints, fingerprint, fingerprintKey } from "./fingerprint.ts";

const key = fingerprintKey(new Uint8Array(32).fill(1));
const other = fingerprintKey(new Uint8Array(32).fill(2));

describe("a fingerprint", () => {
  it("is the same for the same parts and key", () => {
    expect(compareFingerprints(fingerprint(key, ["a", "b"]), fingerprint(key, ["a", "b"]))).toBe("Same");
  });

  it("tells parts apart that read the same when joined", () => {
    expect(compareFingerprints(fingerprint(key, ["ab", "c"]), fingerprint(key, ["a", "bc"]))).toBe("Different");
  });

  it("says nothing of one made under another key, or of none", () => {
    expect(compareFingerprints(fingerprint(other, ["a"]), fingerprint(key, ["a"]))).toBe("Unknown");
    expect(compareFingerprints(undefined, fingerprint(key, ["a"]))).toBe("Unknown");
  });

  it("fits the CRD's 160 characters", () => {
    expect(fingerprint(key, ["a"])).toMatch(/^[0-9a-f]{8}:[0-9a-f]{64}$/);
  });
});
