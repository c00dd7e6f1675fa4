import { expect, it } from "vitest";
import { toldInStatus } from "./told.ts";

it("leaves out what the status has no room for", async () => {
  const report = { certificateId: 42, importStatus: "odd", surprise: 1, invalidStores: [{ storeId: "s", more: 2 }] };
  const told = await toldInStatus("keyfactorCommand", { by: "Write", report });
  expect(told).toEqual({ by: "Write", report: { certificateId: 42, invalidStores: [{ storeId: "s" }] } });
});

it("takes nothing from providers without a block of their own", async () => {
  expect(await toldInStatus("kubernetes", { by: "Write", report: { id: "x" } })).toBeUndefined();
});
