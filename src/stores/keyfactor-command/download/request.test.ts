import { describe, expect, it } from "vitest";
import { CommandVersion } from "../version.ts";
import { downloadCall } from "./request.ts";

const newest = new CommandVersion("25.2.0.0");
const pem = { certificate: { id: 42 }, format: "PEM" } as const;

it("asks for no more than the block has", () => {
  expect(downloadCall(pem, undefined, newest, undefined)).toEqual({
    format: "PEM",
    query: {},
    body: { CertID: 42, IncludeChain: false },
    rights: ["/certificates/collections/read/", "/certificate_stores/read/"],
  });
});

it("asks for all that the block has", () => {
  const block = {
    certificate: { serialNumber: "0A", issuerDN: "CN=CA" },
    format: "PEM",
    includeChain: true,
    chainOrder: "RootFirst",
    includeSubjectHeader: false,
    fileExtension: "CRT",
    microsoftTargetCSP: "CSP",
  } as const;
  expect(downloadCall(block, undefined, newest, undefined).body).toEqual({
    SerialNumber: "0A",
    IssuerDN: "CN=CA",
    IncludeChain: true,
    ChainOrder: "RootFirst",
    IncludeSubjectHeader: false,
    FileExtension: "CRT",
    MicrosoftTargetCSP: "CSP",
  });
});

it("names the certificate of an import by its id, and a thumbprint in upper case", () => {
  const imported = { ...pem, certificate: { importRef: { name: "web" } } };
  expect(downloadCall(imported, { id: "7" }, newest, undefined).body).toMatchObject({ CertID: 7 });
  const named = { ...pem, certificate: { thumbprint: "32ed8ef655966018db0e7e4ee00a5dca365bbeef" } };
  expect(downloadCall(named, undefined, newest, undefined).body).toMatchObject({
    Thumbprint: "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF",
  });
});

describe("where Command checks the rights", () => {
  it.each([
    ["is the block's collection", { collectionId: 5 }, 3, { collectionId: 5 }],
    ["is the store's collection where the block names none", {}, 3, { collectionId: 3 }],
    ["is the block's container, whatever collection the store has", { containerId: 6 }, 3, { containerId: 6 }],
  ])("%s", (_, scope, ofStore, query) => {
    expect(downloadCall({ ...pem, ...scope }, undefined, newest, ofStore).query).toEqual(query);
  });
});

it("leaves it to Command where its version is not known", () => {
  const call = downloadCall({ ...pem, format: "CER" }, undefined, new CommandVersion(undefined), undefined);
  expect(call.format).toBe("CER");
});
