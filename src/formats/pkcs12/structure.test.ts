import { describe, expect, it } from "vitest";
import { bmpString, integer, octetString, oid, sequence, utf8String } from "../asn1/writer.ts";
import { decode } from "../index.ts";
import * as oids from "./oids.ts";
import { attribute, bag, certificate, certificateBag, inBer, keyBag, pfx, privateKey, safe } from "./testing/pfx.ts";

const name = (text: string): Buffer => attribute(oids.friendlyName, bmpString(text));
const id = (number: number): Buffer => attribute(oids.localKeyId, octetString(Buffer.of(number)));

describe("decode of a PKCS#12 keystore", () => {
  it("reads nothing out of an empty one", async () => {
    expect(await decode(pfx([]))).toMatchObject({ certificates: [], keys: [], warnings: [] });
  });

  it("reads BER with indefinite lengths and strings in pieces", async () => {
    const keystore = pfx([
      safe(certificateBag(certificate(1), [name("web")])),
      safe(keyBag(privateKey(2), [name("web")])),
    ]);
    const ber = inBer(keystore);
    expect(ber.subarray(0, 5).toString("hex")).toBe("3080020103");
    const { certificates, keys } = await decode(keystore);
    expect(await decode(ber)).toMatchObject({ certificates: [{ der: certificates[0]?.der, alias: "web" }] });
    expect(keys).toEqual([{ pkcs8: privateKey(2), alias: "web" }]);
  });

  it("reads several keys, and names each partner of a localKeyID after the one that has a name", async () => {
    const bags = [
      certificateBag(certificate(1), [id(1)]),
      certificateBag(certificate(2), [id(2), name("second")]),
      certificateBag(certificate(3)),
      keyBag(privateKey(1), [name("first"), id(1)]),
      keyBag(privateKey(2), [id(2)]),
    ];
    const { certificates, keys } = await decode(pfx([safe(...bags)]));
    expect(certificates.map(({ alias }) => alias)).toEqual(["first", "second", undefined]);
    expect(keys.map(({ alias }) => alias)).toEqual(["first", "second"]);
  });

  it.each([
    ["a zero at its end", bmpString("web\0"), "web"],
    ["UTF-8", utf8String("wéb 🔑"), "wéb 🔑"],
    ["half a character", Buffer.from("1e0300770a", "hex"), "w"],
    ["nothing in it", bmpString(""), undefined],
  ])("reads a friendly name with %s", async (_what, value, alias) => {
    const decoded = await decode(pfx([safe(certificateBag(certificate(1), [attribute(oids.friendlyName, value)]))]));
    expect(decoded.certificates[0]?.alias).toBe(alias);
  });

  it("reads bags within bags", async () => {
    const inner = bag(oids.safeContentsBag, sequence(certificateBag(certificate(1))));
    expect((await decode(pfx([safe(bag(oids.safeContentsBag, sequence(inner)))]))).certificates).toHaveLength(1);
  });

  it("passes over what it does not know, and says so", async () => {
    const crl = bag("1.2.840.113549.1.12.10.1.4", sequence());
    const secret = bag("1.2.840.113549.1.12.10.1.5", sequence());
    const strange = bag("1.2.3.4", sequence());
    const sdsi = bag(oids.certBag, sequence(oid("1.2.840.113549.1.9.22.2"), sequence()));
    const toPublicKey = sequence(oid(oids.envelopedData), sequence());
    const keystore = pfx([safe(crl, secret, strange, sdsi, certificateBag(certificate(1))), toPublicKey]);
    expect(await decode(keystore)).toMatchObject({
      certificates: [{ der: certificate(1) }],
      warnings: [
        "The keystore also holds a certificate revocation list, which is passed over.",
        "The keystore also holds a secret key or other secret, which is passed over.",
        "The keystore also holds a bag of type 1.2.3.4, which is passed over.",
        "The keystore also holds a certificate of type 1.2.840.113549.1.9.22.2, which is passed over.",
        "The keystore also holds a part encrypted to a public key, which is passed over.",
      ],
    });
  });

  it.each([
    ["another version", sequence(integer(4), sequence()), "the version of a PKCS#12 keystore is not 3"],
    [
      "a certificate that is none",
      pfx([safe(certificateBag(sequence()))]),
      "A certificate in the PKCS#12 keystore is damaged",
    ],
    ["a key that is none", pfx([safe(keyBag(sequence()))]), "The private key in the PKCS#12 keystore is damaged"],
    ["more than a MAC", pfx([], [sequence(), sequence()]), "SEQUENCE is missing"],
  ])("refuses %s", async (_what, keystore, words) => {
    await expect(decode(keystore, { format: "PKCS12" })).rejects.toMatchObject({
      code: "Malformed",
      message: expect.stringContaining(words),
    });
  });

  it("names what is signed in place of a MAC", async () => {
    const signed = sequence(integer(3), sequence(oid("1.2.840.113549.1.7.2"), sequence()));
    await expect(decode(signed)).rejects.toMatchObject({
      code: "UnsupportedAlgorithm",
      details: { oid: "1.2.840.113549.1.7.2", algorithm: "a signature in place of a MAC" },
    });
  });
});
