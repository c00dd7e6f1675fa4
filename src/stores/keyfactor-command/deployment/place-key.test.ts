import { expect, it } from "vitest";
import { deploymentKey, isDeploymentKey, readDeploymentKey } from "./place-key.ts";

const installation = "command.example.com/keyfactorapi";
const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";
const thumbprints = ["32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF"];

it("holds what a removal needs, and references to secrets in the place of their values", () => {
  const target = {
    storeId,
    alias: "web",
    entryParameters: { SiteName: "web" },
    secretEntryParameters: { Pin: { name: "iis", key: "pin" } },
    entryPassword: { secretRef: { name: "iis", key: "entry" } },
    collectionId: 3,
  };
  expect(JSON.parse(deploymentKey(installation, target, thumbprints))).toEqual({
    installation,
    storeId,
    alias: "web",
    thumbprints,
    parameters: { SiteName: "web" },
    secretParameters: { Pin: { name: "iis", key: "pin" } },
    collectionId: 3,
  });
});

it("is read back, and told from that of an import", () => {
  const text = deploymentKey(installation, { storeId: storeId.toUpperCase(), alias: "web" }, thumbprints);
  expect(isDeploymentKey(text)).toBe(true);
  expect(readDeploymentKey(text)).toMatchObject({ installation, storeId, alias: "web", thumbprints });
  expect(isDeploymentKey(JSON.stringify({ installation, thumbprints }))).toBe(false);
});

it("refuses parameters for which a record has no room", () => {
  const entryParameters = { a: "x".repeat(1024), b: "y".repeat(1024) };
  expect(() => deploymentKey(installation, { storeId, entryParameters }, thumbprints)).toThrow(
    expect.objectContaining({ reason: "ParametersTooLong" }),
  );
});

it.each([
  ["a store that would lead elsewhere", { storeId: "../Certificates" }],
  ["a thumbprint that is none", { thumbprints: ["web"] }],
  ["an alias that is no text", { alias: 7 }],
  ["no installation", { installation: undefined }],
])("is not read with %s, which whoever may write the status can have put there", (_, more) => {
  expect(() => readDeploymentKey(JSON.stringify({ installation, storeId, thumbprints, ...more }))).toThrow(
    expect.objectContaining({ reason: "PlaceUnknown" }),
  );
});
