import { describe, expect, it } from "vitest";
import { scanPem, writePem } from "./pem.ts";

const der = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]);
const block = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";

describe("scanPem", () => {
  it.each([
    ["as written", block],
    ["with CRLF", block.replaceAll("\n", "\r\n")],
    ["with CR alone", block.replaceAll("\n", "\r")],
    ["with no line breaks at all", block.replaceAll("\n", "")],
    ["indented, as out of YAML", block.replaceAll("\n", "\n    ")],
    ["behind text and a byte order mark", `\u{FEFF}Bag Attributes\n  friendlyName: web\n${block}bye`],
  ])("reads a block %s", (_how, text) => {
    expect(scanPem(text)).toEqual([{ label: "CERTIFICATE", der, encrypted: false }]);
  });

  it("reads blocks whose END and BEGIN are glued together", () => {
    expect(scanPem(block.trim() + block.trim()).map(({ label }) => label)).toEqual(["CERTIFICATE", "CERTIFICATE"]);
  });

  it.each([
    ["cut off", block.slice(0, 40), "the text was cut off"],
    ["ending with another label", block.replace("END CERTIFICATE", "END PRIVATE KEY"), "ends with another label"],
    ["with literal backslash-n", block.replaceAll("\n", "\\n"), "write real line breaks"],
    ["in base64url", block.replace("MAMCAQU=", "MAMC-QU="), "base64url"],
    ["with damaged base64", block.replace("MAMCAQU=", "MAM!AQU="), "base64 is damaged"],
    ["with a character missing", block.replace("MAMCAQU=", "MAMCAQU"), "base64 is damaged"],
  ])("refuses a block %s and says so", (_how, text, words) => {
    expect(() => scanPem(text)).toThrow(words);
  });

  it("notices a traditional encrypted key", () => {
    const text =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAMCAQU=\n-----END RSA PRIVATE KEY-----";
    expect(scanPem(text)).toEqual([{ label: "RSA PRIVATE KEY", der, encrypted: true }]);
  });
});

describe("writePem", () => {
  it("breaks lines after 64 characters and ends with a line feed", () => {
    const text = writePem("CERTIFICATE", Buffer.alloc(49));
    expect(text).toBe(
      "-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAA==\n-----END CERTIFICATE-----\n",
    );
  });
});
