import { describe, expect, it } from "vitest";
import { DataOutput } from "./data-output.ts";

describe("DataOutput", () => {
  it("writes as Java's DataOutputStream", () => {
    const out = new DataOutput();
    out.u32(0xfeedfeed);
    out.text("ü");
    out.date(new Date("2026-03-01T12:00:00Z"));
    out.date(new Date("1960-01-01T00:00:00Z"));
    out.block(Buffer.of(1, 2));
    expect(out.written.toString("hex")).toBe("feedfeed0002c3bc0000019ca9450a00ffffffb683a13400000000020102");
  });

  it("grows with what is written", () => {
    const out = new DataOutput();
    for (let i = 0; i < 10; i++) out.bytes(Buffer.alloc(1_000, i));
    out.bytes(Buffer.alloc(50_000, 10));
    const expected = [...Array.from({ length: 10 }, (_, i) => Buffer.alloc(1_000, i)), Buffer.alloc(50_000, 10)];
    expect(out.written.equals(Buffer.concat(expected))).toBe(true);
  });
});
