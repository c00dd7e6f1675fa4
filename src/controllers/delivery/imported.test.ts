import { expect, it } from "vitest";
import type { CertificateImport, DeliveryRecord } from "../../crds/index.ts";
import { heldByImport, importedBy } from "./imported.ts";

const leaf = "aa".repeat(32);
const remote = { id: "42", sha256: leaf, observedAt: "2030-06-01T12:00:00.000Z" };
const delivered: DeliveryRecord = { phase: "Delivered", remote };

function importWith(delivery: DeliveryRecord | undefined, extra: object = {}): CertificateImport {
  const metadata = { namespace: "team", name: "web", uid: "u", generation: 1, creationTimestamp: "", ...extra };
  return { metadata, spec: { storeRef: { name: "command" } }, status: { delivery } } as CertificateImport;
}

function held(found: CertificateImport | undefined, storeRef: { kind?: "ClusterCertificateStore"; name: string }) {
  const imports = { get: (key: string) => (key === "team/web" ? found : undefined) };
  return () => heldByImport(imports as Parameters<typeof heldByImport>[0], "team", "web", storeRef, leaf);
}

const command = { name: "command" };

it("names what the import has brought into the store", () => {
  expect(held(importWith(delivered), command)()).toEqual({ id: "42", version: undefined });
});

it("goes on while a later look fails: what was seen there is there until a look tells otherwise", () => {
  expect(held(importWith({ phase: "Failed", remote }), command)()).toEqual({ id: "42", version: undefined });
});

it.each<[string, CertificateImport, string]>([
  [
    "holds another certificate",
    importWith({ ...delivered, remote: { ...remote, sha256: "bb" } }),
    "ImportNotDelivered",
  ],
  ["does not know what lies there", importWith({ phase: "Delivered" }), "ImportNotDelivered"],
  ["was not looked at", importWith(undefined), "ImportNotDelivered"],
  [
    "has lost what it brought",
    importWith({ phase: "Drifted", remote, plan: { action: "Create", reason: "Drift" } }),
    "ImportNotDelivered",
  ],
  ["is going", importWith(delivered, { deletionTimestamp: "2030-06-01T12:00:00Z" }), "ImportMissing"],
])("waits while the import %s", (_what, found, reason) => {
  expect(held(found, command)).toThrow(expect.objectContaining({ name: "WaitingError", reason }));
});

it("waits for an import that does not exist", () => {
  expect(held(undefined, command)).toThrow(expect.objectContaining({ name: "WaitingError", reason: "ImportMissing" }));
});

it.each([{ name: "other" }, { kind: "ClusterCertificateStore" as const, name: "command" }])(
  "refuses an import into another store than %o",
  (storeRef) => {
    const refusal = { name: "TerminalError", reason: "StoreMismatch" };
    expect(held(importWith(delivered), storeRef)).toThrow(expect.objectContaining(refusal));
  },
);

it("holds what lies there although something else about it is to be written", () => {
  const changed: DeliveryRecord = { ...delivered, phase: "Drifted", plan: { action: "Update", reason: "Drift" } };
  expect(importedBy(importWith(changed))?.id).toBe("42");
});
