import { describe, expect, it } from "vitest";
import type { Outputs } from "../outputs/output.ts";
import { placeKey, readPlaceKey } from "./place-key.ts";

const passwordSecretRef = { name: "java", key: "password" };
const long = "x".repeat(215);

function files(count: number): Outputs["outputs"] {
  return Array.from({ length: count }, (_, index) => ({ format: "PEM", key: `${long}${index}` }));
}

describe("the key of a place of files", () => {
  it("is where they are, on which volume, and how their keystores are opened, by reference", () => {
    const outputs: Outputs["outputs"] = [
      { format: "TLS", key: "web" },
      { format: "JKS", key: "k", truststoreKey: "t", passwordSecretRef },
    ];
    expect(readPlaceKey(placeKey("v1", { outputs }))).toEqual({
      volume: "v1",
      paths: ["web/tls.crt", "web/tls.key", "web/ca.crt", "k", "t"],
      keystores: [{ keys: ["k", "t"], format: "JKS", password: passwordSecretRef }],
    });
  });

  it("leaves out how where a record has no room for it", () => {
    const outputs = [...files(9), { format: "JKS", key: "k", passwordSecretRef } as const];
    const { paths, keystores } = readPlaceKey(placeKey("v1", { outputs }));
    expect([paths.length, keystores]).toEqual([10, []]);
  });

  it("is refused where a record has no room for the paths", () => {
    expect(() => placeKey("v1", { outputs: files(10) })).toThrow(expect.objectContaining({ reason: "PathsTooLong" }));
  });

  it.each(["", "null", '{"volume":"v1","paths":[]}', '{"volume":"v1","paths":"web","keystores":[]}'])(
    "is refused where it reads %s",
    (text) => {
      expect(() => readPlaceKey(text)).toThrow(expect.objectContaining({ reason: "PlaceUnknown" }));
    },
  );
});
