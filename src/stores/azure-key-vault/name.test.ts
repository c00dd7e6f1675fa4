import { describe, expect, it } from "vitest";
import { certificateNameOf } from "./name.ts";

describe("the name of a certificate in a vault", () => {
  it("is that of the block", () => {
    expect(certificateNameOf("Web-1", "web.example.com")).toBe("Web-1");
  });

  it("is the resource's own, with a hyphen for each dot, where the block has none", () => {
    expect(certificateNameOf(undefined, "web.example.com")).toBe("web-example-com");
  });

  it.each([
    ["a dot", "web.example.com"],
    ["a wildcard", "*-example-com"],
    ["an underscore", "web_1"],
    ["128 characters", "a".repeat(128)],
    ["none", ""],
  ])("is refused with %s", (_, name) => {
    const refusal = expect.objectContaining({ name: "TerminalError", reason: "NameRefused" });
    expect(() => certificateNameOf(name, "web")).toThrow(refusal);
  });

  it("is refused where the resource's own is too long, and says what to set", () => {
    expect(() => certificateNameOf(undefined, `${"a".repeat(100)}.${"b".repeat(100)}`)).toThrow(
      /set azureKeyVault\.name/,
    );
  });
});
