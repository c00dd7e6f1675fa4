import { describe, expect, it } from "vitest";
import { LineSplitter } from "./lines.ts";

function split(...chunks: string[]): string[][] {
  const splitter = new LineSplitter(100);
  return chunks.map((chunk) => splitter.push(Buffer.from(chunk)));
}

describe("LineSplitter", () => {
  it("gives several lines of one chunk", () => {
    expect(split("a\nb\n")).toEqual([["a", "b"]]);
  });

  it("joins a line from several chunks", () => {
    expect(split("ab", "c", "d\ne")).toEqual([[], [], ["abcd"]]);
  });

  it("joins a character whose bytes are in two chunks", () => {
    const splitter = new LineSplitter(100);
    const bytes = Buffer.from("ü\n");
    expect(splitter.push(bytes.subarray(0, 1))).toEqual([]);
    expect(splitter.push(bytes.subarray(1))).toEqual(["ü"]);
  });

  it("knows how much of a line has come", () => {
    const splitter = new LineSplitter(100);
    splitter.push(Buffer.from("a\nbcd"));
    expect(splitter.restBytes).toBe(3);
    splitter.push(Buffer.from("\n"));
    expect(splitter.restBytes).toBe(0);
  });

  it("refuses a line without an end", () => {
    const splitter = new LineSplitter(4);
    splitter.push(Buffer.from("abcd"));
    expect(() => splitter.push(Buffer.from("e"))).toThrow("longer than 4 bytes");
  });
});
