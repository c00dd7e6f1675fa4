import { expect, it } from "vitest";
import { vaultKeyOf } from "./key.ts";

it.each([
  ["RSA 2048", { type: "RSA", size: 2048 }],
  ["RSA 3072", { type: "RSA", size: 3072 }],
  ["RSA 4096", { type: "RSA", size: 4096 }],
  ["EC P-256", { type: "EC", curve: "P-256" }],
  ["EC P-384", { type: "EC", curve: "P-384" }],
  ["EC P-521", { type: "EC", curve: "P-521" }],
  ["EC P-256K", { type: "EC", curve: "P-256K" }],
])("takes %s", (keyAlgorithm, key) => {
  expect(vaultKeyOf({ keyAlgorithm })).toEqual(key);
});

it.each(["Ed25519", "Ed448", "RSA-PSS 2048", "RSA 1024", "RSA 8192", "EC brainpoolP256r1", "DSA", "1.2.643.7.1.1.1.1"])(
  "refuses %s and names what is taken",
  (keyAlgorithm) => {
    expect(() => vaultKeyOf({ keyAlgorithm })).toThrow(
      expect.objectContaining({ name: "TerminalError", reason: "UnsupportedKey" }),
    );
    expect(() => vaultKeyOf({ keyAlgorithm })).toThrow(/2048, 3072 or 4096 bits, and EC on P-256/);
  },
);
