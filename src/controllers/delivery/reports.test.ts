import { expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import type { Told } from "../../delivery/index.ts";
import { type Reports, reportsAfter, reportsIn } from "./reports.ts";

function record(address: string, id?: string): DeliveryRecord {
  const place = { storeRef: { name: "command" }, address, key: address, deletionPolicy: "Retain" as const };
  const remote = id === undefined ? {} : { remote: { id, observedAt: "2030-06-01T12:00:00Z" } };
  return { phase: "Delivered", place, ...remote };
}

function command(by: Told["by"], report: Told["report"]) {
  return { provider: "keyfactorCommand", told: { by, report } };
}

const here = record("command/a", "42");
const known: Reports = { keyfactorCommand: { certificateId: 42, importStatus: 1 } };

it("outlasts a run that tells nothing", () => {
  expect(reportsAfter(known, here, here, { provider: "keyfactorCommand", told: undefined })).toEqual(known);
  expect(reportsAfter(known, here, { phase: "Failed", place: here.place })).toEqual(known);
});

it("is replaced as a whole by what a write tells", () => {
  const after = reportsAfter(known, here, here, command("Write", { certificateId: 42, jobStatus: 2 }));
  expect(after).toEqual({ keyfactorCommand: { certificateId: 42, jobStatus: 2 } });
});

it("goes with what a look tells of the same thing", () => {
  const after = reportsAfter(known, here, here, command("Look", { certificateId: 42, jobStatus: 2 }));
  expect(after).toEqual({ keyfactorCommand: { certificateId: 42, importStatus: 1, jobStatus: 2 } });
});

it("is replaced by what a look tells of another thing there", () => {
  const after = reportsAfter(known, here, record("command/a", "43"), command("Look", { certificateId: 43 }));
  expect(after).toEqual({ keyfactorCommand: { certificateId: 43 } });
});

it("goes when the place moves, whoever is the provider there", () => {
  const there = record("vault/a", "web");
  expect(reportsAfter(known, here, there)).toEqual({});
  const vault = { provider: "azureKeyVault", told: { by: "Look" as const, report: { version: "1f", enabled: true } } };
  expect(reportsAfter(known, here, there, vault)).toEqual({ azureKeyVault: { version: "1f", enabled: true } });
});

it("is read from the blocks of a status", () => {
  expect(reportsIn({ ...known, summary: "1/1 delivered" } as Reports)).toEqual(known);
});
