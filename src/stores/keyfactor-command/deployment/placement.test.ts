import { describe, expect, it } from "vitest";
import type { StoreType } from "../api/store-type.ts";
import { includesPrivateKey, obstacleOf, type Wanted } from "./placement.ts";

const optional: StoreType = {
  id: 102,
  name: "Azure Keyvault",
  alias: "Optional",
  privateKey: "Optional",
  parameters: [],
  entryPassword: false,
};
const iis: StoreType = {
  ...optional,
  name: "IIS",
  alias: "Forbidden",
  privateKey: "Required",
  parameters: [
    { name: "SiteName", onAdd: true, onRemove: true, withPrivateKey: false },
    { name: "Reason", onAdd: false, onRemove: true, withPrivateKey: false },
    { name: "Provider", onAdd: false, onRemove: false, withPrivateKey: true },
  ],
};
const withKey = { hasPrivateKey: true };
const keyless = { hasPrivateKey: false };
const secret = { name: "s", key: "k" };
const site = { SiteName: "web", Provider: "p" };

describe("a target that Command would refuse", () => {
  it.each<[string, Wanted, Partial<StoreType>, { hasPrivateKey: boolean }, string | undefined]>([
    ["may have an alias or none", { alias: "web" }, optional, withKey, undefined],
    ["may have no alias", {}, optional, withKey, undefined],
    ["lacks the alias", {}, { ...optional, alias: "Required" }, withKey, "AliasRequired"],
    ["has an alias", { alias: "web" }, { ...optional, alias: "Forbidden" }, withKey, "AliasForbidden"],
    ["must have a key, and Command has none", {}, { ...optional, privateKey: "Required" }, keyless, "KeyRequired"],
    [
      "is denied the key",
      { includePrivateKey: false },
      { ...optional, privateKey: "Required" },
      withKey,
      "KeyRequired",
    ],
    ["wants a key that Command lacks", { includePrivateKey: true }, optional, keyless, "KeyRequired"],
    ["wants a key", { includePrivateKey: true }, { ...optional, privateKey: "Forbidden" }, withKey, "KeyForbidden"],
    ["needs no key", {}, { ...optional, privateKey: "Forbidden" }, withKey, undefined],
    ["lacks a parameter", { entryParameters: { Provider: "p" } }, iis, withKey, "EntryParameterMissing"],
    ["lacks one that goes with a key", { entryParameters: { SiteName: "w" } }, iis, withKey, "EntryParameterMissing"],
    ["has an empty one", { entryParameters: { ...site, SiteName: "" } }, iis, withKey, "EntryParameterMissing"],
    ["has all for an Add", { entryParameters: site }, iis, withKey, undefined],
    [
      "has one in a Secret",
      { entryParameters: { Provider: "p" }, secretEntryParameters: { SiteName: secret } },
      iis,
      withKey,
      undefined,
    ],
    ["has a password", { entryPassword: { secretRef: secret } }, optional, withKey, "EntryPasswordForbidden"],
    [
      "may have a password",
      { entryPassword: { secretRef: secret } },
      { ...optional, entryPassword: true },
      withKey,
      undefined,
    ],
  ])("%s", (_, wanted, type, held, reason) => {
    expect(obstacleOf(wanted, { ...optional, ...type }, held)?.reason).toBe(reason);
  });

  it("is told what it lacks, and where to put it", () => {
    expect(obstacleOf({}, iis, withKey)).toEqual({
      reason: "EntryParameterMissing",
      message:
        "A store of type IIS asks for entry parameters that are not set: SiteName, Provider; set them in entryParameters or secretEntryParameters.",
    });
  });
});

describe("the private key", () => {
  it.each<[string, Wanted, StoreType["privateKey"], boolean, boolean]>([
    ["goes along where the store takes it", {}, "Optional", true, true],
    ["stays where the store takes none", {}, "Forbidden", true, false],
    ["stays where Command has none", {}, "Optional", false, false],
    ["stays where the user says so", { includePrivateKey: false }, "Optional", true, false],
    ["goes along where the user says so", { includePrivateKey: true }, "Optional", true, true],
  ])("%s", (_, wanted, privateKey, hasPrivateKey, included) => {
    expect(includesPrivateKey(wanted, { ...optional, privateKey }, { hasPrivateKey })).toBe(included);
  });
});
