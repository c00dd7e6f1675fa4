import { describe, expect, it } from "vitest";
import { Budget } from "../limits.ts";
import { openJceksKey } from "./jceks-protection.ts";

const password = Buffer.from("changeit", "utf16le").swap16();

describe("openJceksKey", () => {
  // By Java's Cipher PBEWithMD5AndTripleDES, over `hello`, with 7 iterations.
  it("turns the first half of a salt round whose halves are equal", async () => {
    const salt = Buffer.from("0102030401020304", "hex");
    const sealed = Buffer.from("444c15bc4f97968d", "hex");
    const key = await openJceksKey(sealed, password, { salt, iterations: 7 }, new Budget());
    expect(key?.toString()).toBe("hello");
  });

  it("charges both halves against the limit", async () => {
    const salt = Buffer.alloc(8);
    const budget = new Budget({ totalIterations: 10 });
    const opening = openJceksKey(Buffer.alloc(8), password, { salt, iterations: 6 }, budget);
    await expect(opening).rejects.toThrow("12 iterations");
  });
});
