import { createPrivateKey, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import * as jksJs from "jks-js";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, type Issued } from "../../../test/fixtures/pki.ts";
import { type Bundle, decode, editKeystore, encode } from "../index.ts";
import { cuts, flips, outcomes } from "../testing/changes.ts";
import { digestBytes, integrityDigest } from "./integrity.ts";
import { keytoolJceks, keytoolJks } from "./testing/keytool.ts";

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const stores = [
  ["JKS", keytoolJks, "pässwörd", "k3y🔑pw"],
  ["JCEKS", keytoolJceks, "changeit", "other key"],
] as const;
/** With each four bytes in turn overwritten, and a digest that fits. */
function* overwritten(bytes: Buffer, password: string): Iterable<Buffer> {
  const end = bytes.length - digestBytes;
  for (let at = 0; at + 4 <= end; at++) {
    for (const value of [0, 1, 0xffff, 0x7fffffff, 0xffffffff]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt32BE(value, at);
      integrityDigest(utf16(password), changed.subarray(0, end)).copy(changed, end);
      yield changed;
    }
  }
}

describe.each(stores)("a %s that somebody changed", { timeout: 60_000 }, (_type, bytes, password, keyPassword) => {
  const open = (changed: Buffer) =>
    decode(changed, { password: Buffer.from(password), keyPassword: Buffer.from(keyPassword) });

  it("is refused cut at any byte", async () => {
    expect(await outcomes(cuts(bytes), open)).toEqual(["Malformed"]);
  });

  it("is refused with any bit flipped", async () => {
    const ends = await outcomes(flips(bytes), open);
    expect(ends.filter((end) => end === "read" || end.startsWith("untyped"))).toEqual([]);
  });

  it("gives no other error than ours with any length changed, even by somebody who knows the password", async () => {
    const readCa = (changed: Buffer) => decode(changed, { password: Buffer.from(password), alias: "ca" });
    expect(await outcomes(overwritten(bytes, password), readCa)).not.toContainEqual(expect.stringContaining("untyped"));
  });
});

describe("a JKS of any aliases and passwords", { timeout: 60_000 }, () => {
  let web: Bundle;
  const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);

  beforeAll(async () => {
    const { root, intermediate, leaf } = await chainFor("web.example.com");
    const key = createPrivateKey(leaf.keyPem).export({ format: "der", type: "pkcs8" });
    web = { leaf: raw(leaf), chain: [raw(intermediate)], root: raw(root), key, trusted: [raw(root)] };
  });

  const alias = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
  const password = fc.string({ unit: "binary", maxLength: 128 });

  it("is read back", async () => {
    const property = fc.asyncProperty(alias, password, async (alias, password) => {
      const bytes = await encode(web, { format: "JKS", alias, password: Buffer.from(password) });
      const { keys, certificates } = await decode(bytes, { password: Buffer.from(password) });
      const name = alias.toLowerCase();
      expect(keys).toEqual([{ alias: name, pkcs8: web.key }]);
      expect(certificates).toEqual([web.leaf, ...web.chain].map((der) => ({ alias: name, der })));
    });
    await fc.assert(property);
  });

  it("is read by jks-js as by us", async () => {
    const plain = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(plain, plain, async (alias, password) => {
      const bytes = await encode(web, { format: "JKS", alias, password: Buffer.from(password) });
      const { cert = "", key = "" } = jksJs.toPem(bytes, password)[alias.toLowerCase()] ?? {};
      expect(new X509Certificate(cert).raw).toEqual(web.leaf);
      expect(createPrivateKey(key).export({ format: "der", type: "pkcs8" })).toEqual(web.key);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it("keeps all other entries in their bytes, whatever is put in and taken out", async () => {
    const store = Buffer.from("pässwörd");
    const steps = fc.array(fc.record({ alias, remove: fc.boolean() }), { maxLength: 6 });
    const property = fc.asyncProperty(steps, async (steps) => {
      let bytes: Buffer = keytoolJks;
      for (const { alias, remove } of steps) {
        fc.pre(!["ca", "schlüssel🔑"].includes(alias.toLowerCase()));
        const edit = remove ? { remove: [alias] } : { put: web };
        bytes = await editKeystore(bytes, edit, { format: "JKS", alias, password: store });
      }
      expect(bytes.includes(keytoolJks.subarray(12, -digestBytes))).toBe(true);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});
