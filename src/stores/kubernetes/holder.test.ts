import { describe, expect, it } from "vitest";
import { bytesIn, holders } from "./holder.ts";

const metadata = { name: "web", namespace: "shop" };
const pem = Buffer.from("-----BEGIN CERTIFICATE-----\n");
/** As DER begins: no text. */
const der = Buffer.from([0x30, 0x82, 0x01, 0xff]);
const both = new Map([
  ["web.pem", pem],
  ["web.der", der],
]);

describe("values of a ConfigMap", () => {
  it("are text where they can be, as people read them, and binary data otherwise", () => {
    expect(holders.ConfigMap.fields(both)).toEqual({
      data: { "web.pem": "-----BEGIN CERTIFICATE-----\n" },
      binaryData: { "web.der": "MIIB/w==" },
    });
  });

  it("are found in either", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata, ...holders.ConfigMap.fields(both) };
    expect(bytesIn(holders.ConfigMap, object, "web.pem")).toEqual(pem);
    expect(bytesIn(holders.ConfigMap, object, "web.der")).toEqual(der);
    expect(bytesIn(holders.ConfigMap, object, "other")).toEqual(Buffer.alloc(0));
    expect(holders.ConfigMap.keys(object)).toEqual(["web.pem", "web.der"]);
  });
});

it("values of a Secret are base64", () => {
  const fields = holders.Secret.fields(both);
  expect(fields).toEqual({ data: { "web.pem": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", "web.der": "MIIB/w==" } });
  const object = { apiVersion: "v1", kind: "Secret", metadata, ...fields };
  expect(bytesIn(holders.Secret, object, "web.der")).toEqual(der);
});
