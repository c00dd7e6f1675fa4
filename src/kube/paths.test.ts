import { describe, expect, it } from "vitest";
import { collectionPath, objectPath, query } from "./paths.ts";
import { ConfigMap, Lease, Namespace } from "./resources.ts";

describe("paths", () => {
  it("puts the core group under /api and others under /apis", () => {
    expect(objectPath(ConfigMap, { namespace: "web", name: "a" })).toBe("/api/v1/namespaces/web/configmaps/a");
    expect(objectPath(Lease, { namespace: "web", name: "a" })).toBe(
      "/apis/coordination.k8s.io/v1/namespaces/web/leases/a",
    );
  });

  it("lists all namespaces when none is said", () => {
    expect(collectionPath(ConfigMap)).toBe("/api/v1/configmaps");
  });

  it("leaves the namespace out for cluster-scoped kinds", () => {
    expect(objectPath(Namespace, { name: "web" })).toBe("/api/v1/namespaces/web");
  });

  it("appends a subresource", () => {
    expect(objectPath(ConfigMap, { namespace: "web", name: "a" }, "status")).toBe(
      "/api/v1/namespaces/web/configmaps/a/status",
    );
  });

  it.each(["", ".", "..", "a/b", "a%2fb"])("refuses the name %j, which would reach something else", (name) => {
    expect(() => objectPath(ConfigMap, { namespace: "web", name })).toThrow(/cannot be the name of a ConfigMap/);
  });

  it("refuses a namespaced object without a namespace", () => {
    expect(() => objectPath(ConfigMap, { name: "a" })).toThrow("ConfigMap a has no namespace");
  });

  it("encodes the parameters that are there", () => {
    expect(query({ labelSelector: "a=b,c", limit: 500, continue: undefined, force: true })).toBe(
      "?labelSelector=a%3Db%2Cc&limit=500&force=true",
    );
    expect(query({ limit: undefined })).toBe("");
  });
});
