import { createPrivateKey } from "node:crypto";
import forge from "node-forge";
import { expect, it } from "vitest";
import { bundleOf, decode } from "../../formats/index.ts";
import { chainFor } from "../../../test/fixtures/pki.ts";
import { importValue } from "./value.ts";

const signal = new AbortController().signal;
const { root, intermediate, leaf } = await chainFor("web.example.com");
const pem = leaf.pem + leaf.keyPem + intermediate.pem + root.pem;
const bundle = bundleOf(await decode(Buffer.from(pem)), { now: new Date() });

it("PEM is its text: the key first and as PKCS#8, then leaf and chain, with line feeds only", async () => {
  const sent = await importValue({ bundle, chain: { include: true, root: "Exclude" } }, "PEM", signal);
  expect(sent).toEqual({ value: leaf.keyPem + leaf.pem + intermediate.pem });
  expect(sent.value).not.toContain("\r");
  expect(createPrivateKey(sent.value).asymmetricKeyType).toBe("ec");
});

it("PEM holds the root where it is asked for, and no chain where that is not wanted", async () => {
  const whole = await importValue({ bundle, chain: { include: true, root: "Include" } }, "PEM", signal);
  expect(whole.value).toBe(leaf.keyPem + leaf.pem + intermediate.pem + root.pem);
  const alone = await importValue({ bundle, chain: { include: false, root: "Exclude" } }, "PEM", signal);
  expect(alone.value).toBe(leaf.keyPem + leaf.pem);
});

it("PFX is base64 under a new password each time, with 3DES and SHA-1 as the service has always taken", async () => {
  const chain = { include: true, root: "Exclude" } as const;
  const one = await importValue({ bundle, chain }, "PKCS12", signal);
  const two = await importValue({ bundle, chain }, "PKCS12", signal);
  expect(one.pwd).toMatch(/^[-_0-9a-zA-Z]{32}$/);
  expect(one.pwd).not.toBe(two.pwd);
  const content = await decode(Buffer.from(one.value, "base64"), { password: Buffer.from(one.pwd ?? "") });
  expect(content.certificates.map(({ der }) => der)).toEqual([bundle.leaf, ...bundle.chain]);
  expect(content.keys).toHaveLength(1);
  // An independent reader.
  const asn1 = forge.asn1.fromDer(Buffer.from(one.value, "base64").toString("latin1"));
  const bags = forge.pkcs12.pkcs12FromAsn1(asn1, one.pwd).getBags({ bagType: forge.pki.oids["certBag"] ?? "" });
  expect(bags[forge.pki.oids["certBag"] ?? ""]).toHaveLength(2);
  // pbeWithSHAAnd3-KeyTripleDES-CBC and nothing of PBES2 (1.2.840.113549.1.5.13).
  const der = Buffer.from(one.value, "base64");
  expect(der.includes(Buffer.from("060a2a864886f70d010c0103", "hex"))).toBe(true);
  expect(der.includes(Buffer.from("06092a864886f70d01050d", "hex"))).toBe(false);
});
