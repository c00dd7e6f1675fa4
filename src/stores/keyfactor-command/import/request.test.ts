import { expect, it } from "vitest";
import { deployed, descriptionOf, reportOf } from "./request.ts";

const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";

it("names stores and their types as Import takes them, the time as a plain string", () => {
  const properties = [{ name: "SiteName", value: "Web" }];
  const storeTypes = [
    { storeTypeId: 2, alias: "web", overwrite: true },
    { storeTypeId: 4, properties },
  ];
  expect(deployed({ stores: [{ storeId }], storeTypes, runAt: "2026-11-23T02:00:00+01:00" })).toEqual({
    StoreIds: [storeId],
    StoreTypes: [
      { StoreTypeId: 2, Alias: "web", Overwrite: true, Properties: [] },
      { StoreTypeId: 4, Overwrite: false, Properties: [{ Name: "SiteName", Value: "Web" }] },
    ],
    Schedule: "2026-11-23T01:00:00.000Z",
  });
  expect(deployed({ stores: [{ storeId }] })).toEqual({ StoreIds: [storeId], StoreTypes: [] });
});

it("names an owner by id or by name, and nothing that is not asked for", () => {
  expect(descriptionOf({ ownerRole: { id: 7 } })).toEqual({ OwnerRoleId: 7 });
  expect(descriptionOf({ ownerRole: { name: "Web Team" }, metadata: { A: "b" } })).toEqual({
    OwnerRoleName: "Web Team",
    Metadata: { A: "b" },
  });
  expect(descriptionOf({})).toEqual({});
});

it("shows what Command has answered, cleaned and cut", () => {
  const refused = {
    KeystoreId: storeId,
    Alias: null,
    Reason: 3,
    Explanation: `An alias\r\nis required ${"x".repeat(400)}`,
  };
  expect(
    reportOf({ importStatus: 2, jobStatus: undefined, invalidStores: [refused] }, { deployTo: true, secrets: [] }),
  ).toEqual({
    importStatus: 2,
    deployTo: "Submitted",
    invalidStores: [{ storeId, reasonCode: 3, message: `An alias is required ${"x".repeat(234)}…` }],
  });
});

it("keeps back the password of the file where Command says why it refuses a store", () => {
  const refused = { KeystoreId: storeId, Explanation: "The password s3cret-of-this-call is refused." };
  const answer = { importStatus: undefined, jobStatus: undefined, invalidStores: [refused] };
  expect(reportOf(answer, { deployTo: false, secrets: ["s3cret-of-this-call"] })).toEqual({
    invalidStores: [{ storeId, message: "The password *** is refused." }],
  });
});
