import { describe, expect, it } from "vitest";
import type { CommandCertificateRow } from "../api/certificates.ts";
import { differingMetadata, mergedMetadata, missingFields } from "./metadata.ts";

function row(Metadata: Record<string, unknown>): CommandCertificateRow {
  return { Id: 42, Thumbprint: "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF", Metadata };
}

describe("metadata differs", () => {
  it.each([
    ["where a field is missing", { AppOwner: "Web" }, {}, ["AppOwner"]],
    ["where a value is another one", { AppOwner: "Web" }, { AppOwner: "web" }, ["AppOwner"]],
    ["where a field is to be cleared", { AppOwner: "" }, { AppOwner: "Web" }, ["AppOwner"]],
    ["not where it is the same", { AppOwner: "Web" }, { AppOwner: "Web", Ticket: "INC-1" }, []],
    ["not where a field to be cleared is not there", { AppOwner: "" }, {}, []],
    ["not by how 11.x writes names", { AppOwner: "Web" }, { appOwner: "Web" }, []],
    ["not by how a boolean is written", { Public: "true" }, { Public: "True" }, []],
    ["not by the type of a value", { Count: "12", Public: "true" }, { Count: 12, Public: true }, []],
    ["not by how a date is written", { Until: "2027-01-31" }, { Until: "2027-01-31T00:00:00" }, []],
    ["where a date is another one", { Until: "2027-01-31" }, { Until: "2027-02-01T00:00:00" }, ["Until"]],
  ])("%s", (_, wanted, found, differing) => {
    expect(differingMetadata(wanted, row(found))).toEqual(differing);
  });
});

it("sends what others have set along, by the names that Command has for it", () => {
  const found = row({ appOwner: "Web", ticket: "INC-1", Gone: "x" });
  const fields = ["AppOwner", "Ticket", "Room"];
  expect(mergedMetadata({ AppOwner: "Data" }, found, fields)).toEqual({ AppOwner: "Data", Ticket: "INC-1" });
});

it("names the fields that Command lacks, letter by letter", () => {
  expect(missingFields({ AppOwner: "", appowner: "", Room: "" }, ["AppOwner"])).toEqual(["appowner", "Room"]);
});
