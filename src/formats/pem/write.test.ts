import { describe, expect, it } from "vitest";
import { writePem } from "./write.ts";

describe("writePem", () => {
  it("breaks lines after 64 characters and ends with a line feed", () => {
    expect(writePem("CERTIFICATE", Buffer.alloc(49)).toString()).toBe(
      "-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAA==\n-----END CERTIFICATE-----\n",
    );
  });

  it.each([0, 1, 2, 3, 47, 48, 49, 95, 96, 97, 1000])("writes the base64 of %i bytes as Node does", (length) => {
    const der = Buffer.from(Array.from({ length }, (_, index) => (index * 37) & 0xff));
    const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
    const text = ["-----BEGIN X-----", ...lines, "-----END X-----", ""].join("\n");
    expect(writePem("X", der).toString()).toBe(text);
  });
});
