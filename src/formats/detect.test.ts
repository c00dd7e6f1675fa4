import { describe, expect, it } from "vitest";
import { detect } from "./detect.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const salt = "00000014 0102030405060708090a0b0c0d0e0f1011121314 000004d2";

describe("detect", () => {
  it.each([
    ["JKS", "feedfeed 00000002", "JKS"],
    ["JCEKS", "cececece 00000002", "JCEKS"],
    ["PKCS#12", "3005 020103 3000", "PKCS12"],
    ["PKCS#7", "300d 06092a864886f70d010702 a000", "PKCS7"],
    ["a certificate or key", "3003 020105", "DER"],
    ["DER that is cut off", "3082 0102 30", "DER"],
    ["a text", Buffer.from("hello").toString("hex"), "PEM"],
    [
      "a text that starts with a zero digit",
      Buffer.from("0 s:CN=web\n-----BEGIN CERTIFICATE-----").toString("hex"),
      "PEM",
    ],
    ["nothing", "", "PEM"],
  ])("tells %s by its bytes", (_what, bytes, format) => {
    expect(detect(hex(bytes))).toBe(format);
  });

  it.each([
    ["BKS", `00000002 ${salt} 01 0003 776562 00000000`],
    ["empty BKS", `00000002 ${salt} 00 01020304050607`],
    ["UBER", `00000001 ${salt} f3 ffff 0102030405060708`],
    ["BCFKS", "3012 3008 3004 06022a03 0400 3006 3004 06022a03"],
  ])("refuses %s by name", (name, bytes) => {
    expect(() => detect(hex(bytes))).toThrow(
      expect.objectContaining({
        code: "UnsupportedStoreType",
        message: expect.stringContaining(`${name.replace("empty ", "")} keystore of Bouncy Castle`),
      }),
    );
  });
});
