import { describe, expect, it } from "vitest";
import { scanPem } from "./scan.ts";

const der = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]);
const block = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";
const scan = (text: string) => [...scanPem(Buffer.from(text))];

describe("scanPem", () => {
  it.each([
    ["as written", block],
    ["with CRLF", block.replaceAll("\n", "\r\n")],
    ["with CR alone", block.replaceAll("\n", "\r")],
    ["with no line breaks at all", block.replaceAll("\n", "")],
    ["with spaces in place of line breaks", block.replaceAll("\n", " ")],
    ["indented, as out of YAML", block.replaceAll("\n", "\n    ")],
    ["with white space at the ends of lines", block.replaceAll("\n", " \t\n")],
    ["with an empty line in it", block.replace("\n", "\n\n")],
    ["behind text and a byte order mark", `\u{FEFF}Bag Attributes\n  friendlyName: web\n${block}bye`],
  ])("reads a block %s", (_how, text) => {
    expect(scan(text)).toEqual([{ label: "CERTIFICATE", der, where: expect.stringMatching(/^PEM block 1 \(line/) }]);
  });

  it.each([
    ["glued together", block.trim() + block.trim()],
    ["that share five dashes", block.trim() + block.trim().slice(5)],
  ])("reads blocks %s", (_how, text) => {
    expect(scan(text).map((found) => found.der)).toEqual([der, der]);
  });

  it("says where each block starts", () => {
    const text = `one\r\ntwo\r${block}three\n${block}`;
    expect(scan(text).map(({ where }) => where)).toEqual(["PEM block 1 (line 3)", "PEM block 2 (line 7)"]);
  });

  it.each([
    ["cut off", block.slice(0, 40), "line 1: BEGIN CERTIFICATE has no END: the text was cut off"],
    [
      "cut off before another",
      block.slice(0, 30) + block,
      "line 1: BEGIN CERTIFICATE has no END before the next BEGIN",
    ],
    ["whose END is cut off", block.slice(0, -6), "line 3: the END line of CERTIFICATE is cut off or damaged"],
    ["ending with another label", block.replace("END CERTIFICATE", "END PRIVATE KEY"), "ends with END PRIVATE KEY"],
    ["with literal backslash-n", block.replaceAll("\n", "\\n"), "write real line breaks in place of \\n"],
    ["in base64url", block.replace("MAMCAQU=", "MAMC-QU="), "line 2: it is base64url"],
    ["in base64url with _", block.replace("MAMCAQU=", "MAMC_QU="), "line 2: it is base64url"],
    ["with damaged base64", block.replace("MAMCAQU=", "MAM!AQU="), "line 2: its base64 is damaged: the byte 0x21"],
    ["with a character missing", block.replace("MAMCAQU=", "MAMCAQU"), "characters are missing"],
    ["with a line missing", block.replace("MAMCAQU=\n", ""), "nothing between its BEGIN and END"],
    ["with two bodies", block.replace("MAMCAQU=", "MAMCAQU=MAMCAQU="), "goes on after the padding"],
    ["with too much padding", block.replace("MAMCAQU=", "MAMCAQ==="), "characters are missing, or there are too many"],
    ["with a damaged BEGIN", block.replace("BEGIN CERT", "BEGIN cert"), "its BEGIN line is damaged"],
    ["without a blank line", block.replace("MAMC", "Comment: it\nMAMC"), "the blank line after its headers is missing"],
  ])("refuses a block %s and says so", (_how, text, words) => {
    expect(() => scan(text)).toThrow(words);
  });

  it("gives the offset of the damage to programs", () => {
    expect(() => scan(block.replace("MAMCAQU=", "MAM!AQU="))).toThrow(
      expect.objectContaining({ code: "Malformed", details: { offset: 31 } }),
    );
  });

  it("passes over headers that are no encryption", () => {
    expect(scan(block.replace("MAMC", "Comment: it\n\nMAMC"))[0]).toMatchObject({ der });
  });

  const headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011223344556677\n\n";
  const encrypted = `-----BEGIN RSA PRIVATE KEY-----\n${headers}MAMCAQU=\n-----END RSA PRIVATE KEY-----\n`;
  it.each([
    ["as written", encrypted],
    ["with CRLF", encrypted.replaceAll("\n", "\r\n")],
    ["indented", encrypted.replaceAll("\n", "\n  ")],
    ["with no line breaks at all", encrypted.replaceAll("\n", "")],
  ])("reads the headers of an encrypted key %s", (_how, text) => {
    expect(scan(text)).toMatchObject([
      { der, dek: { cipher: "DES-EDE3-CBC", iv: Buffer.from("0011223344556677", "hex") } },
    ]);
  });

  it.each([
    ["no DEK-Info", encrypted.replace(/DEK-Info.*\n/, "")],
    ["a short initialisation vector", encrypted.replace("0011223344556677", "00112233")],
  ])("refuses an encrypted key with %s", (_what, text) => {
    expect(() => scan(text)).toThrow("its last header is not a DEK-Info with a cipher and an initialisation vector");
  });
});
