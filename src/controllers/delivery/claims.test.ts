import { describe, expect, it } from "vitest";
import { type Claimant, Claims } from "./claims.ts";

const older: Claimant = {
  resource: "StoreDeployment/shop/a",
  namespace: "shop",
  target: "t",
  created: "2026-01-01T00:00:00Z",
};
const younger: Claimant = {
  resource: "StoreDeployment/shop/b",
  namespace: "shop",
  target: "t",
  created: "2026-01-02T00:00:00Z",
};

describe("Claims", () => {
  it("gives a free place to the older of two that want the same key", () => {
    const claims = new Claims();
    claims.set(younger, "kubernetes:1/web/tls", ["tls.crt"]);
    claims.set(older, "kubernetes:1/web/tls", ["tls.crt", "tls.key"]);
    expect(claims.elder(younger, "kubernetes:1/web/tls", ["tls.crt"])?.resource).toBe("StoreDeployment/shop/a");
    expect(claims.elder(older, "kubernetes:1/web/tls", ["tls.crt"])).toBeUndefined();
  });

  it("lets resources share a Secret by different keys", () => {
    const claims = new Claims();
    claims.set(older, "kubernetes:1/web/bundle", ["a.pem"]);
    expect(claims.elder(younger, "kubernetes:1/web/bundle", ["b.pem"])).toBeUndefined();
  });

  it("breaks a tie of creation times by name, then by target", () => {
    const claims = new Claims();
    const twin: Claimant = { ...older, target: "s" };
    claims.set(older, "x", ["k"]);
    claims.set(twin, "x", ["k"]);
    expect(claims.elder(older, "x", ["k"])?.target).toBe("s");
  });

  it("tells who waited for a place when its claimant goes", () => {
    const claims = new Claims();
    claims.set(older, "x", ["k"]);
    claims.set(younger, "x", ["k"]);
    expect(claims.retain("StoreDeployment/shop/a", new Set()).map((claimant) => claimant.resource)).toEqual([
      "StoreDeployment/shop/b",
    ]);
    expect(claims.elder(younger, "x", ["k"])).toBeUndefined();
  });

  it("moves a target's claim with its spec", () => {
    const claims = new Claims();
    claims.set(older, "x", ["k"]);
    claims.set(younger, "x", ["k"]);
    expect(claims.set(older, "y", ["k"]).map(({ resource }) => resource)).toEqual(["StoreDeployment/shop/b"]);
    expect(claims.elder(younger, "x", ["k"])).toBeUndefined();
    expect(claims.elder(younger, "y", ["k"])?.resource).toBe("StoreDeployment/shop/a");
  });

  it("tell whether a resource still wants a place, and say nothing when that is not known yet", () => {
    const claims = new Claims();
    expect(claims.wants("StoreDeployment/shop/a", "t", "x", ["k"])).toBeUndefined();
    claims.set(older, "x", ["k"]);
    expect(claims.wants("StoreDeployment/shop/a", "t", "x", ["k", "l"])).toBe(true);
    expect(claims.wants("StoreDeployment/shop/a", "t", "y", ["k"])).toBe(false);
  });
});
