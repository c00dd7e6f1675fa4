import { expect, it } from "vitest";
import type { CertificateImport } from "../../crds/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { elderHolds, holding, holdingKeys } from "./holders.ts";

type Import = CertificateImport & KubeObject;

function importOf(name: string, created: string, more: object = {}, id = "42"): Import {
  const place = { storeRef: { name: "command" }, address: "command/certificates", key: "{}", deletionPolicy: "Retain" };
  const delivery = { phase: "Delivered", place, remote: { id, observedAt: created } };
  const metadata = { namespace: "shop", name, uid: name, generation: 1, creationTimestamp: created, ...more };
  return { apiVersion: "certferry.io/v1alpha1", kind: "CertificateImport", metadata, status: { delivery } } as Import;
}

function asked(me: Import, ...all: Import[]): boolean {
  const byIndex = (index: string, key: string): Import[] =>
    index === holding ? all.filter((one) => holdingKeys(one).includes(key)) : [];
  const { namespace, name, creationTimestamp: created } = me.metadata;
  return elderHolds({ byIndex }, { namespace, name, created }, "command/certificates", "42");
}

const older = importOf("older", "2030-01-01T00:00:00Z");
const younger = importOf("younger", "2030-01-02T00:00:00Z");

it("leaves it to the older one of two that hold the same", () => {
  expect(asked(younger, older, younger)).toBe(true);
  expect(asked(older, older, younger)).toBe(false);
});

it("goes by name among those of one age", () => {
  const twin = importOf("a", "2030-01-02T00:00:00Z");
  expect([asked(younger, twin, younger), asked(twin, twin, younger)]).toEqual([true, false]);
});

it("counts neither who holds something else nor who is going", () => {
  const other = importOf("other", "2030-01-01T00:00:00Z", {}, "43");
  const going = importOf("going", "2030-01-01T00:00:00Z", { deletionTimestamp: "2030-01-03T00:00:00Z" });
  expect(asked(younger, other, going, younger)).toBe(false);
});
