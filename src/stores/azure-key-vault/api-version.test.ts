import { describe, expect, it } from "vitest";
import { checkApiVersion } from "./api-version.ts";

const uris = { policy: { x509: { sans: { uris: ["https://a"] } } } };
const addresses = { policy: { x509: { sans: { ipAddresses: ["10.0.0.1"] } } } };
const transparency = { policy: { issuer: { name: "CA", certificateTransparency: true } } };

describe("a block that asks for what came later", () => {
  it.each([
    ["preserveCertOrder", { preserveCertOrder: false }, "7.5"],
    ["preserveCertOrder", { preserveCertOrder: true }, "2016-10-01"],
    ["policy.x509.sans.uris", uris, "7.6"],
    ["policy.x509.sans.ipAddresses", addresses, "7.6"],
    ["policy.issuer.certificateTransparency", transparency, "2016-10-01"],
  ])("is refused: %s", (field, block, version) => {
    expect(() => checkApiVersion(block, { type: "RSA" }, version)).toThrow(
      expect.objectContaining({ reason: "ApiVersionTooOld", message: expect.stringContaining(field) as string }),
    );
  });

  it.each([
    [{ preserveCertOrder: true }, "7.6"],
    [{ preserveCertOrder: true }, "2025-07-01"],
    [uris, "2025-07-01"],
    [uris, "2025-06-01-preview"],
    [addresses, "2026-04-01"],
    [transparency, "7.0"],
    [{ tags: { a: "b" } }, "2015-06-01"],
  ])("is taken: %j by %s", (block, version) => {
    expect(() => checkApiVersion(block, { type: "RSA" }, version)).not.toThrow();
  });

  it("as are keys: those on curves came with 7.0", () => {
    expect(() => checkApiVersion({}, { type: "EC" }, "7.0")).not.toThrow();
    expect(() => checkApiVersion({}, { type: "EC" }, "2016-10-01")).toThrow("an EC key needs version 7.0");
  });
});
