import {
  type AdmissionObject,
  atLeast,
  atLeastItems,
  atMost,
  atMostItems,
  fields,
  importOf,
  oneOf,
  type Row,
  row,
} from "./row.ts";

const command = (keyfactorCommand: object): AdmissionObject => importOf({ keyfactorCommand });
const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";
const storeType = (storeTypeId: number): AdmissionObject =>
  command({ deployTo: { stores: [{ storeId }], storeTypes: [{ storeTypeId }] } });

export const commandImportRows: readonly Row[] = [
  row(
    "spec.keyfactorCommand.ownerRole",
    "exactly one of id, name must be set",
    command({ ownerRole: { name: "Web Team" } }),
    command({ ownerRole: { id: 7, name: "Web Team" } }),
  ),
  row(
    "spec.keyfactorCommand.ownerRole.id",
    atLeast(1),
    command({ ownerRole: { id: 1 } }),
    command({ ownerRole: { id: 0 } }),
  ),
  row(
    "spec.keyfactorCommand.ownerRole.id",
    atMost(2_147_483_647),
    command({ ownerRole: { id: 2_147_483_647 } }),
    command({ ownerRole: { id: 2_147_483_648 } }),
  ),
  row(
    "spec.keyfactorCommand.metadata",
    "a metadata field's name has 1 to 128 characters",
    command({ metadata: { ["k".repeat(128)]: "Web" } }),
    command({ metadata: { ["k".repeat(129)]: "Web" } }),
  ),
  row(
    "spec.keyfactorCommand.metadata",
    atMostItems(64),
    command({ metadata: fields(64) }),
    command({ metadata: fields(65) }),
  ),
  row(
    "spec.keyfactorCommand.preflight",
    oneOf("Analyze"),
    command({ preflight: "Analyze" }),
    command({ preflight: "None" }),
  ),
  row(
    "spec.keyfactorCommand.deployTo.stores",
    atLeastItems(1),
    command({ deployTo: { stores: [{ storeId }], runAt: "2027-03-01T22:00:00Z" } }),
    command({ deployTo: { stores: [] } }),
  ),
  row("spec.keyfactorCommand.deployTo.storeTypes[0].storeTypeId", atLeast(0), storeType(0), storeType(-1)),
  row(
    "spec.keyfactorCommand.deployTo.storeTypes[0].storeTypeId",
    atMost(2_147_483_647),
    storeType(2_147_483_647),
    storeType(2_147_483_648),
  ),
];
