import { expect, it } from "vitest";
import { reachOfDownload, reachOfHeld } from "./certificate-reach.ts";

const thumbprint = "32ed8ef655966018db0e7e4ee00a5dca365bbeef";

it.each([
  ["certificates/42", { id: 42 }],
  ["certificates/32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF", { thumbprint }],
  ["certificates/0AFF", { serialNumber: "0aff", issuerDN: "CN=CA" }],
])("a download reaches for %s", (place, certificate) => {
  expect(reachOfDownload({ block: { certificate, format: "PEM" } })).toBe(place);
});

it("a download of what an import has brought reaches for its id", () => {
  const block = { certificate: { importRef: { name: "web" } }, format: "PEM" };
  expect(reachOfDownload({ block, imported: { id: "7" } })).toBe("certificates/7");
});

it("a deployment reaches for all that names its certificate", () => {
  expect(reachOfHeld({ id: 42 })).toEqual(["certificates/42"]);
  expect(reachOfHeld({ requestId: 77 })).toEqual(["certificates/requests/77"]);
  expect(reachOfHeld({ thumbprint, requestId: 77 })).toEqual([
    "certificates/32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF",
    "certificates/requests/77",
  ]);
});
