import { describe, expect, it } from "vitest";
import { rc2Decrypt, rc2Encrypt } from "./rc2.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const zeroIv = Buffer.alloc(8);

describe("RC2", () => {
  // RFC 2268, section 5; one block, so that CBC with a zero IV equals ECB.
  it.each([
    ["0000000000000000", 63, "0000000000000000", "ebb773f993278eff"],
    ["ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"],
    ["3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"],
    ["88", 64, "0000000000000000", "61a8a244adacccf0"],
    ["88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"],
    ["88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"],
    ["88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"],
    ["88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", 129, "0000000000000000", "5b78d3a43dfff1f1"],
  ])("encrypts with key %s of %i effective bits as RFC 2268 does", (key, bits, plain, cipher) => {
    const encrypted = rc2Encrypt(hex(key), bits, zeroIv, hex(plain));
    expect(encrypted.subarray(0, 8).toString("hex")).toBe(cipher);
    expect(rc2Decrypt(hex(key), bits, zeroIv, encrypted)?.toString("hex")).toBe(plain);
  });

  it("chains blocks and pads the last", () => {
    const text = Buffer.from("a text of several blocks, not a multiple");
    const iv = hex("0102030405060708");
    const encrypted = rc2Encrypt(hex("0011223344"), 40, iv, text);
    expect(encrypted).toHaveLength(48);
    expect(rc2Decrypt(hex("0011223344"), 40, iv, encrypted)).toEqual(text);
  });

  it.each([
    ["nothing", ""],
    ["half a block", "01020304"],
    ["bytes whose padding is wrong", "0102030405060708"],
  ])("gives nothing for %s", (_what, ciphertext) => {
    expect(rc2Decrypt(hex("0011223344"), 40, zeroIv, hex(ciphertext))).toBeUndefined();
  });
});
