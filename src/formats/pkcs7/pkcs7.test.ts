import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../../test/fixtures/pki.ts";
import { explicit, integer, oid, sequence, tlv } from "../asn1/writer.ts";
import { FormatError } from "../errors.ts";
import { Budget } from "../limits.ts";
import { decodePkcs7, isPkcs7 } from "./decode.ts";
import { encodePkcs7 } from "./encode.ts";

const folder = mkdtempSync(join(tmpdir(), "certferry-pkcs7-"));
let certificates: readonly Buffer[];

beforeAll(async () => {
  const { root, intermediate, leaf } = await chainFor("web.example.com");
  certificates = [raw(leaf), raw(intermediate), raw(root)];
});
afterAll(() => rmSync(folder, { recursive: true }));

const raw = ({ certificate }: Issued) => Buffer.from(certificate.rawData);
const read = (der: Buffer, budget = new Budget()) => decodePkcs7(der, { budget }).certificates.map(({ der }) => der);

function openssl(list: readonly Buffer[], ...options: readonly string[]): Buffer {
  const pem = list.map((der) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`);
  const file = join(folder, "all.pem");
  writeFileSync(file, pem.join(""));
  return execFileSync("openssl", ["crl2pkcs7", "-nocrl", "-certfile", file, ...options]);
}

describe("a written PKCS#7", () => {
  it("is what openssl crl2pkcs7 -nocrl writes, byte for byte, in the order given", () => {
    for (const list of [
      certificates,
      certificates.toReversed(),
      certificates.slice(0, 1),
      [...certificates, ...certificates],
    ]) {
      expect(encodePkcs7(list).toString("hex")).toBe(openssl(list, "-outform", "DER").toString("hex"));
    }
  });

  it("is read again with the same certificates in the same order", () => {
    const some = fc.array(fc.constantFrom(0, 1, 2), { maxLength: 9 });
    fc.assert(
      fc.property(some, (indexes) => {
        const list = indexes.map((index) => certificates[index] ?? Buffer.of());
        expect(read(encodePkcs7(list))).toEqual(list);
      }),
    );
  });

  it("may be empty", () => {
    expect(read(encodePkcs7([]))).toEqual([]);
  });
});

describe("PKCS#7 read", () => {
  const signed = (certificateBag: Buffer, ...rest: readonly Buffer[]) =>
    sequence(
      oid("1.2.840.113549.1.7.2"),
      explicit(
        0,
        sequence(integer(1), tlv(0x31), sequence(oid("1.2.840.113549.1.7.1")), certificateBag, ...rest, tlv(0x31)),
      ),
    );

  it("is BER with indefinite lengths", () => {
    const open = (tag: number, ...parts: readonly Buffer[]) =>
      Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.of(0, 0)]);
    const bag = open(0xa0, ...certificates);
    const content = open(0x30, integer(1), tlv(0x31), open(0x30, oid("1.2.840.113549.1.7.1")), bag, tlv(0x31));
    const ber = open(0x30, oid("1.2.840.113549.1.7.2"), open(0xa0, content));
    expect(read(ber)).toEqual(certificates);
    expect(isPkcs7(ber)).toBe(true);
  });

  it("may be signed, carry content and revocation lists", () => {
    const file = join(folder, "signer.pem");
    const key = join(folder, "key.pem");
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=signer",
        "-keyout",
        key,
        "-out",
        file,
      ],
      { stdio: "pipe" },
    );
    const der = execFileSync(
      "openssl",
      ["smime", "-sign", "-signer", file, "-inkey", key, "-nodetach", "-outform", "DER"],
      { input: "hello", stdio: "pipe" },
    );
    const signer = execFileSync("openssl", ["x509", "-in", file, "-outform", "DER"]);
    expect(read(der)).toEqual([signer]);
    expect(read(signed(explicit(0, ...certificates), explicit(1, sequence())))).toEqual(certificates);
  });

  it("passes over attribute certificates and says so", () => {
    const bag = explicit(0, explicit(1, sequence()), ...certificates);
    const { warnings, certificates: found } = decodePkcs7(signed(bag), { budget: new Budget() });
    expect(found.map(({ der }) => der)).toEqual(certificates);
    expect(warnings).toEqual(["An attribute certificate at byte 45 was skipped."]);
  });

  it("passes over what follows its end and says so", () => {
    const der = encodePkcs7(certificates);
    const { warnings, certificates: found } = decodePkcs7(Buffer.concat([der, Buffer.alloc(3)]), {
      budget: new Budget(),
    });
    expect(found).toHaveLength(3);
    expect(warnings).toEqual([`What follows the end of the PKCS#7 at byte ${der.length} was skipped.`]);
  });

  it("refuses another content type by name", () => {
    const enveloped = sequence(oid("1.2.840.113549.1.7.3"), explicit(0, sequence()));
    expect(isPkcs7(enveloped)).toBe(true);
    expect(() => read(enveloped)).toThrow(
      expect.objectContaining({
        code: "UnsupportedStoreType",
        message: expect.stringContaining("holds enveloped data"),
      }),
    );
  });

  it("is told from a certificate, a key and a PKCS#12", () => {
    expect(isPkcs7(certificates[0] ?? Buffer.of())).toBe(false);
    expect(isPkcs7(sequence(integer(3), sequence(oid("1.2.840.113549.1.7.1"))))).toBe(false);
    expect(isPkcs7(Buffer.of())).toBe(false);
  });

  it("holds at most as many certificates as the limit allows", () => {
    const der = encodePkcs7(certificates);
    expect(() => read(der, new Budget({ certificates: 2 }))).toThrow(
      expect.objectContaining({ code: "LimitExceeded", details: { limit: "certificates" } }),
    );
  });

  it("that is cut or changed anywhere is read without a fault, or refused with a typed error", () => {
    const whole = encodePkcs7(certificates.slice(0, 2));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    const tried = (bytes: Buffer) => {
      try {
        return read(bytes).length <= 2;
      } catch (error) {
        return error instanceof FormatError;
      }
    };
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => read(whole.subarray(0, length))).toThrow(FormatError);
    }
    fc.assert(
      fc.property(change, ([at, xor]) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ xor;
        return tried(changed);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of 1,500 certificates keeps all of them", async () => {
    const one = raw(await issue({ subject: "CN=one of many" }));
    const many = Array.from({ length: 1_500 }, () => one);
    expect(read(encodePkcs7(many))).toHaveLength(1_500);
  });
});
