import { describe, expect, it } from "vitest";
import { modifiedUtf8, modifiedUtf8Text } from "./modified-utf8.ts";

// As java.io.DataOutputStream.writeUTF writes them.
const texts: readonly (readonly [text: string, hex: string])[] = [
  ["web", "776562"],
  ["\0", "c080"],
  ["ü", "c3bc"],
  ["漢", "e6bca2"],
  ["🔑", "eda0bdedb491"],
];

describe("modified UTF-8", () => {
  it.each(texts)("writes and reads %j as Java does", (text, hex) => {
    expect(modifiedUtf8(text).toString("hex")).toBe(hex);
    expect(modifiedUtf8Text(Buffer.from(hex, "hex"))).toBe(text);
  });

  it("reads plain UTF-8 of four bytes, which other writers use", () => {
    expect(modifiedUtf8Text(Buffer.from("key🔑"))).toBe("key🔑");
  });

  it.each(["c3", "80", "e6bc", "f09f94", "c341", "ff808080", "f4908080"])("does not read %s", (hex) => {
    expect(modifiedUtf8Text(Buffer.from(hex, "hex"))).toBeUndefined();
  });
});
