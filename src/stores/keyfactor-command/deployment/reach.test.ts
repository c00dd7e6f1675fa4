import { expect, it } from "vitest";
import { deploymentKey } from "./place-key.ts";
import { reachOfBlock, reachOfKey, shapeOf, targetSecrets } from "./reach.ts";

const storeId = "FDE12AA7-6643-43DB-88E8-5C91C5CE78B3";
const lower = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";

it("is named by store and alias, from the block as from the record", () => {
  expect(reachOfBlock({ storeId, alias: "web" })).toBe(`${lower}/web`);
  expect(reachOfBlock({ storeId })).toBe(lower);
  expect(reachOfBlock({ metadata: {} })).toBe("certificates");
  const thumbprints = ["32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF"];
  expect(reachOfKey(deploymentKey("command.example.com/keyfactorapi", { storeId, alias: "web" }, thumbprints))).toBe(
    `${lower}/web`,
  );
});

it("is shaped by what lies there, not by how it comes there", () => {
  const target = { storeId, alias: "web", entryParameters: { SiteName: "web" } };
  const how = {
    verify: "JobHistory",
    replaced: "Remove",
    submit: "Early",
    overwrite: true,
    collectionId: 3,
    method: "PfxDeploy",
  };
  expect(JSON.stringify(shapeOf({ ...how, ...target }))).toBe(JSON.stringify(shapeOf(target)));
  expect(JSON.stringify(shapeOf({ ...target, alias: "other" }))).not.toBe(JSON.stringify(shapeOf(target)));
  expect(shapeOf({ metadata: { AppOwner: "Web" } })).toEqual({ metadata: { AppOwner: "Web" } });
});

it("refers to Secrets for parameters and passwords", () => {
  const ref = (name: string) => ({ name, key: "k" });
  const target = {
    storeId,
    secretEntryParameters: { Pin: ref("pin") },
    entryPassword: { secretRef: ref("entry") },
    pfxPasswordSecretRef: ref("pfx"),
  };
  expect(targetSecrets(target)).toEqual([ref("pin"), ref("entry"), ref("pfx")]);
  expect(targetSecrets({ storeId })).toEqual([]);
});
