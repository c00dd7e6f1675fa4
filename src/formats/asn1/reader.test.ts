import { describe, expect, it } from "vitest";
import { FormatError } from "../errors.ts";
import { Reader } from "./reader.ts";

const reader = (hex: string, options: { ber?: boolean; depth?: number } = {}): Reader =>
  Reader.of(Buffer.from(hex, "hex"), { what: "the value", ...options });
const ber = (hex: string): Reader => reader(hex, { ber: true });

function errorOf(read: () => unknown): FormatError {
  try {
    read();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Reader", () => {
  it("walks a sequence and tells when it is done", () => {
    const outer = reader("300c02010506032a030404020102");
    const inner = outer.sequence();
    expect(inner.small("the version")).toBe(5);
    expect(inner.oid()).toBe("1.2.3.4");
    expect(inner.octets().toString("hex")).toBe("0102");
    expect([inner.done, outer.done]).toEqual([true, true]);
  });

  it.each([
    ["a tag that was not expected", "020105", "The value is damaged at byte 0: SEQUENCE was expected, INTEGER found."],
    ["nothing", "", "The value is damaged at byte 0: SEQUENCE is missing."],
    ["half a header", "30", "The value is damaged at byte 0: it is cut off."],
    [
      "a length beyond the end",
      "300502",
      "The value is damaged at byte 0: a length of 5 bytes, of which only 1 are there.",
    ],
    [
      "a length of 2^64-1",
      "3088ffffffffffffffff",
      "The value is damaged at byte 0: a length that is larger than the value.",
    ],
    [
      "a length in a longer form than needed",
      "30810100",
      "The value is damaged at byte 0: a length that is not in its shortest form.",
    ],
    ["an indefinite length", "30800000", "The value is damaged at byte 0: an indefinite length."],
    ["a tag number above 30", "3f8101", "The value is damaged at byte 0: SEQUENCE was expected, tag 0x3f found."],
  ])("refuses %s in DER", (_what, hex, message) => {
    expect(errorOf(() => reader(hex).sequence())).toMatchObject({ code: "Malformed", message });
  });

  it("gives offset and expectation to programs", () => {
    const outer = reader("3003020105");
    const inner = outer.sequence();
    expect(errorOf(() => inner.oid()).details).toEqual({ offset: 2, expected: "OBJECT IDENTIFIER" });
  });

  it("refuses what follows the last element", () => {
    const inner = reader("30060201050201ff").sequence();
    inner.small("the version");
    expect(() => inner.finish()).toThrow("at byte 5: nothing should follow, but INTEGER does.");
  });

  it.each([
    ["a definite length in a long form", "3082000302 0105"],
    ["an indefinite length", "30800201050000"],
    ["an indefinite length within another", "3080308002010500000000"],
  ])("reads %s in BER", (_what, hex) => {
    let inner = ber(hex.replace(" ", "")).sequence();
    if (inner.is(0x30)) inner = inner.sequence();
    expect(inner.small("the version")).toBe(5);
    expect(inner.done).toBe(true);
  });

  it("puts an OCTET STRING together out of pieces of pieces", () => {
    expect(ber("2480040101248004010200000403030405 0000".replace(" ", "")).octets().toString("hex")).toBe("0102030405");
    expect(() => reader("2403040101").octets()).toThrow("OCTET STRING was expected, constructed OCTET STRING found");
  });

  it("puts an implicitly tagged string together too", () => {
    expect(ber("a006040101040102").implicitOctets(0).toString("hex")).toBe("0102");
    expect(reader("80020102").implicitOctets(0).toString("hex")).toBe("0102");
  });

  it("refuses an indefinite length whose end mark is missing", () => {
    expect(errorOf(() => ber("3080020105").sequence()).message).toBe(
      "The value is damaged at byte 5: an indefinite length without its end mark.",
    );
  });

  it.each([
    ["definite", `${"3080".repeat(33)}${"0000".repeat(33)}`],
    ["indefinite", "3080".repeat(100_000)],
    ["in pieces", "2480".repeat(100_000)],
  ])("refuses nesting beyond 32 levels, %s, without a deep stack", (_how, hex) => {
    const read = (): unknown => (hex.startsWith("24") ? ber(hex).octets() : ber(hex).sequence());
    expect(errorOf(read)).toMatchObject({ code: "LimitExceeded", details: { limit: "depth" } });
  });

  it("counts levels as it goes down", () => {
    const deep = reader("30053003300130".padEnd(14, "0") + "00", { depth: 2 });
    expect(errorOf(() => deep.sequence().sequence().sequence())).toMatchObject({ code: "LimitExceeded" });
  });

  it.each([
    ["00", 0],
    ["7f", 127],
    ["0080", 128],
    ["7fffffff", 2_147_483_647],
    ["0080000000", Number.MAX_SAFE_INTEGER],
  ])("reads the INTEGER %s as %i", (content, value) => {
    const length = (content.length / 2).toString(16).padStart(2, "0");
    expect(reader(`02${length}${content}`).small("the count")).toBe(value);
  });

  it.each([
    ["020180", "the count is negative"],
    ["0200", "an INTEGER is not in its shortest form"],
    ["02020001", "an INTEGER is not in its shortest form"],
  ])("refuses the INTEGER %s", (hex, words) => {
    expect(() => reader(hex).small("the count")).toThrow(words);
  });

  it.each([
    ["06032a0304", "1.2.3.4"],
    ["0603883703", "2.999.3"],
    ["060169", "2.25"],
    ["06148837ffffffffffffffffffffffffffffffffff7f", "2.999.85070591730234615865843651857942052863"],
  ])("reads the OBJECT IDENTIFIER %s as %s", (hex, text) => {
    expect(reader(hex).oid()).toBe(text);
  });

  it.each(["06022a80", "06032a8001", "0600"])("refuses the OBJECT IDENTIFIER %s", (hex) => {
    expect(errorOf(() => reader(hex).oid()).message).toBe(
      "The value is damaged at byte 0: an OBJECT IDENTIFIER is damaged.",
    );
  });
});
