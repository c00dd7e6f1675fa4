import { describe, expect, it } from "vitest";
import { bitString, bmpString, explicit, integer, octetString, oid, sequence, setOf, utf8String } from "./writer.ts";

const hex = (bytes: Buffer): string => bytes.toString("hex");

describe("the DER writer", () => {
  it.each([
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [10_000, "02022710"],
    [2_147_483_648, "02050080000000"],
  ])("writes %i in the shortest form", (value, expected) => {
    expect(hex(integer(value))).toBe(expected);
  });

  it.each([
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_536, "0483010000"],
  ])("writes the length %i in the shortest form", (length, header) => {
    expect(hex(octetString(Buffer.alloc(length)).subarray(0, header.length / 2))).toBe(header);
  });

  it("orders the elements of a SET OF by their encoding", () => {
    expect(hex(setOf(integer(300), integer(5), integer(4)))).toBe("310a020104020105 0202012c".replace(" ", ""));
  });

  it("writes object identifiers with large arcs", () => {
    expect(hex(oid("1.2.840.113549.1.12.10.1.2"))).toBe("060b2a864886f70d010c0a0102");
    expect(hex(oid("2.999.3"))).toBe("0603883703");
  });

  it("writes strings, bits and tags around others", () => {
    expect(hex(bmpString("aé🔑"))).toBe("1e08006100e9d83ddd11");
    expect(hex(utf8String("é"))).toBe("0c02c3a9");
    expect(hex(sequence(explicit(0, bitString(Buffer.of(0xff)))))).toBe("3006a004030200ff");
  });
});
