import { describe, expect, it } from "vitest";
import type { Grant } from "../crds/index.ts";
import { isGranted, isGrantee } from "./grants.ts";

const teamA: Grant["namespaces"] = { names: ["team-a"] };
const labels = { team: "a", tier: "web" };

function allowed(
  grants: readonly Grant[],
  places: readonly string[],
  { metadataKeys = [] as readonly string[], namespace = "team-a", fallback = ["{namespace}/*"] } = {},
): boolean {
  return isGranted(grants, { namespace, labels, reach: { places, metadataKeys } }, fallback);
}

describe("a grant allows a use when it allows namespace, places and metadata", () => {
  const own = ["team-a/web"];
  it.each<[boolean, string, readonly Grant[], readonly string[], Parameters<typeof allowed>[2]?]>([
    [false, "nothing is granted", [], own],
    [true, "the provider's default covers the user's own namespace", [{ namespaces: teamA }], own],
    [false, "the default covers no other namespace", [{ namespaces: teamA }], ["team-b/web"]],
    [false, "the provider has no default", [{ namespaces: teamA }], own, { fallback: [] }],
    [false, "places are granted as none", [{ namespaces: teamA, places: [] }], own],
    [false, "another namespace is named", [{ namespaces: { names: ["team-b"] } }], own],
    [true, "all namespaces are", [{ namespaces: { all: true } }], own],
    [true, "one glob of several fits", [{ namespaces: teamA, places: ["x/*", "team-a/w*"] }], own],
    [
      false,
      "one of two places is not covered",
      [{ namespaces: teamA, places: ["team-a/web"] }],
      ["team-a/web", "team-a/api"],
    ],
    [
      false,
      "two grants cover it only together",
      [
        { namespaces: { names: ["team-b"] }, places: ["**"] },
        { namespaces: teamA, places: ["x/*"] },
      ],
      own,
    ],
    [false, "no place is told", [{ namespaces: teamA, places: ["**"] }], []],
    [
      false,
      "metadata is set and none is granted",
      [{ namespaces: teamA }],
      own,
      { metadataKeys: ["app.kubernetes.io/name"] },
    ],
    [
      true,
      "all metadata is granted",
      [{ namespaces: teamA, metadataKeys: ["app.kubernetes.io/*", "owner"] }],
      own,
      { metadataKeys: ["app.kubernetes.io/name", "owner"] },
    ],
    [
      false,
      "one key of metadata is not",
      [{ namespaces: teamA, metadataKeys: ["app.kubernetes.io/*"] }],
      own,
      { metadataKeys: ["app.kubernetes.io/name", "owner"] },
    ],
  ])("%s: %s", (expected, _, grants, places, more) => {
    expect(allowed(grants, places, more)).toBe(expected);
  });
});

describe("a selector of namespaces", () => {
  it.each<[boolean, NonNullable<Grant["namespaces"]["selector"]>]>([
    [true, { matchLabels: { team: "a" } }],
    [false, { matchLabels: { team: "a", tier: "db" } }],
    [false, { matchLabels: { constructor: "x" } }],
    [true, { matchExpressions: [{ key: "team", operator: "In", values: ["b", "a"] }] }],
    [false, { matchExpressions: [{ key: "zone", operator: "In", values: [""] }] }],
    [false, { matchExpressions: [{ key: "team", operator: "NotIn", values: ["a"] }] }],
    [true, { matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }],
    [true, { matchExpressions: [{ key: "tier", operator: "Exists" }] }],
    [false, { matchExpressions: [{ key: "zone", operator: "Exists" }] }],
    [true, { matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }],
    [false, { matchLabels: { team: "a" }, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }],
    [false, {}],
  ])("%s: %j", (expected, selector) => {
    expect(allowed([{ namespaces: { selector } }], ["team-a/web"])).toBe(expected);
  });
});

describe("a glob", () => {
  it.each([
    [true, "lb/*.crt", "lb/web.crt"],
    [false, "lb/*", "lb/edge/web.crt"],
    [true, "lb/**", "lb/edge/web.crt"],
    [true, "**/web.crt", "lb/edge/web.crt"],
    [false, "**/web.crt", "web.crt"],
    [true, "*/*/web.crt", "lb/edge/web.crt"],
    [true, "a*b*c/*", "a-b-b-c/x"],
    [true, "lb/*", "lb/"],
    [false, "lb", "lb/web.crt"],
    [false, "lb/web", "lb/web.crt"],
    [true, "{namespace}-*/{namespace}", "team-a-tls/team-a"],
    [false, "web.crt", "webxcrt"],
    [false, "[a-z]+", "abc"],
    [true, "[a-z]+", "[a-z]+"],
    [false, "", "web"],
  ])("%s: %s for %s", (expected, glob, place) => {
    expect(allowed([{ namespaces: teamA, places: [glob] }], [place])).toBe(expected);
  });

  it("of many stars is matched in no time", () => {
    expect(allowed([{ namespaces: teamA, places: ["*a".repeat(256)] }], ["a".repeat(1024)])).toBe(true);
    expect(allowed([{ namespaces: teamA, places: [`${"*a".repeat(200)}b`] }], ["a".repeat(1024)])).toBe(false);
  });
});

it("whoever is named by a grant is a grantee, whatever its places", () => {
  const user = { namespace: "team-a", labels };
  expect(isGrantee([{ namespaces: { names: ["team-b"] } }, { namespaces: teamA, places: [] }], user)).toBe(true);
  expect(isGrantee([{ namespaces: { names: ["team-b"] } }], user)).toBe(false);
  expect(isGrantee([], user)).toBe(false);
});
