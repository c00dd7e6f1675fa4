import { describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../crds/index.ts";
import { subjectOfDeployment } from "./subject.ts";

function deployment(annotations: Record<string, string>): StoreDeployment {
  const metadata = { namespace: "shop", name: "web", uid: "u", generation: 1, creationTimestamp: "", annotations };
  return { metadata, spec: { source: { secretRef: { name: "s" } }, targets: [] } } as unknown as StoreDeployment;
}

describe("what the annotations of a resource ask for", () => {
  it.each([
    ["a value", "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"],
    ["more than status can echo is cut", "x".repeat(129), "x".repeat(128)],
    ["an empty value asks for nothing", "", undefined],
  ])("%s", (_, value, expected) => {
    const annotations = { "certferry.io/reconcile-requested-at": value, "certferry.io/deliver-now": value };
    const { requested, deliverNow } = subjectOfDeployment(deployment(annotations), ["kubernetes"]);
    expect([requested, deliverNow]).toEqual([expected, expected]);
  });
});
