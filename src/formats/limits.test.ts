import { describe, expect, it } from "vitest";
import { Budget } from "./limits.ts";

describe("Budget", () => {
  it("allows what the design allows", () => {
    const all = (): void => {
      const budget = new Budget();
      budget.chargeBytes(1_048_576);
      [2_000_000, 2_000_000, 1_000_000].forEach((count) => budget.chargeIterations(count));
      budget.chargeCertificates(5_000);
      budget.chargeKeys(64);
      new Budget().chargeScrypt(32_768, 8, 1);
    };
    expect(all).not.toThrow();
  });

  it.each<[string, string, (budget: Budget) => void]>([
    ["bytes", "The value has 1048577 bytes; the limit is 1048576.", (budget) => budget.chargeBytes(1_048_577)],
    [
      "iterations",
      "The value has a key derivation of 2000001 iterations; the limit is 2000000.",
      (budget) => budget.chargeIterations(2_000_001),
    ],
    [
      "totalIterations",
      "The value has 5000001 iterations of key derivation in all; the limit is 5000000.",
      (budget) => [2_000_000, 2_000_000, 1_000_001].forEach((count) => budget.chargeIterations(count)),
    ],
    [
      "certificates",
      "The value has 5001 certificates; the limit is 5000.",
      (budget) => budget.chargeCertificates(5_001),
    ],
    ["keys", "The value has 65 private keys; the limit is 64.", (budget) => budget.chargeKeys(65)],
    [
      "scryptBytes",
      "The value has scrypt with 67109888 bytes of memory; the limit is 67108864.",
      (budget) => budget.chargeScrypt(65_536, 8, 1),
    ],
    [
      "iterations",
      "The value has a key derivation of 2097152 iterations; the limit is 2000000.",
      (budget) => budget.chargeScrypt(16_384, 8, 16),
    ],
  ])("names the limit %s when it is passed", (limit, message, charge) => {
    expect(() => charge(new Budget())).toThrow(
      expect.objectContaining({ code: "LimitExceeded", message, details: { limit } }),
    );
  });

  it("stops at the next charge once it is aborted", () => {
    const abort = new AbortController();
    const budget = new Budget({}, abort.signal);
    budget.chargeIterations(1);
    abort.abort(new Error("stop"));
    expect(() => budget.chargeIterations(1)).toThrow("stop");
  });
});
