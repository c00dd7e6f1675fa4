import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { selfSigned } from "../../test/fixtures/any-key.ts";
import { keyUsagesOf } from "./key-usages.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

it.each([
  [0x80, ["digitalSignature"]],
  [0xa0, ["digitalSignature", "keyEncipherment"]],
  [0x1e, ["dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]],
])("names what a key is for: 0x%s", (keyUsage, expected) => {
  expect(keyUsagesOf(selfSigned(privateKey, { keyUsage }).der)).toEqual(expected);
});

it("says nothing where the certificate says nothing", () => {
  expect(keyUsagesOf(selfSigned(privateKey).der)).toBeUndefined();
});

it("refuses what is no certificate", () => {
  expect(() => keyUsagesOf(Buffer.from("3003020101", "hex"))).toThrow(
    expect.objectContaining({ name: "FormatError", code: "Malformed" }),
  );
});
