import { describe, expect, it } from "vitest";
import { explicit, implicitOctets, integer, octetString, oid, sequence } from "../asn1/writer.ts";
import { decode, FormatError } from "../index.ts";
import { encodePkcs12 } from "./encode.ts";
import * as oids from "./oids.ts";
import { bag, certificate, certificateBag, keyBag, pfx, privateKey, safe, wrongMac } from "./testing/pfx.ts";

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

function nested(levels: number): Buffer {
  return levels === 0 ? sequence() : sequence(bag(oids.safeContentsBag, nested(levels - 1)));
}

/** Certificates under PBES2 with AES-256 and a key derivation function. */
function encryptedBy(kdf: Buffer): Buffer {
  const aes = sequence(oid("2.16.840.1.101.3.4.1.42"), octetString(Buffer.alloc(16)));
  const pbes2 = sequence(oid("1.2.840.113549.1.5.13"), sequence(kdf, aes));
  const info = sequence(oid(oids.data), pbes2, implicitOctets(0, Buffer.alloc(32)));
  return pfx([sequence(oid(oids.encryptedData), explicit(0, sequence(integer(0), info)))]);
}

const pbkdf2 = (iterations: number): Buffer =>
  sequence(oid("1.2.840.113549.1.5.12"), sequence(octetString(Buffer.alloc(8)), integer(iterations)));
const scrypt = (n: number, r: number, p: number): Buffer =>
  sequence(oid("1.3.6.1.4.1.11591.4.11"), sequence(octetString(Buffer.alloc(8)), integer(n), integer(r), integer(p)));

async function refusal(bytes: Buffer, options: Parameters<typeof decode>[1] = {}): Promise<unknown> {
  const error: unknown = await decode(bytes, options).catch((thrown: unknown) => thrown);
  return error instanceof FormatError ? [error.code, error.details.limit] : error;
}

describe("the limits of a PKCS#12 keystore", { timeout: 60_000 }, () => {
  it.each<[string, Buffer]>([
    ["bytes", pfx([safe(certificateBag(Buffer.alloc(1_048_577)))])],
    ["depth", pfx([sequence(oid(oids.data), explicit(0, octetString(nested(20))))])],
    ["certificates", pfx([safe(...many(5_001, (i) => certificateBag(certificate(i))))])],
    ["keys", pfx([safe(...many(65, (i) => keyBag(privateKey(i))))])],
    ["iterations", pfx([], [wrongMac(2_000_001)])],
    ["iterations", encryptedBy(pbkdf2(2_000_000_000))],
    ["scryptBytes", encryptedBy(scrypt(65_536, 8, 1))],
    ["iterations", encryptedBy(scrypt(16_384, 8, 100))],
  ])("refuse what is beyond %s within two seconds", async (limit, bytes) => {
    const started = performance.now();
    expect(await refusal(bytes)).toEqual(["LimitExceeded", limit]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("count every try of a password that may be written in several ways", async () => {
    const options = { password: Buffer.from("pässword"), limits: { totalIterations: 399 } };
    expect(await refusal(encryptedBy(pbkdf2(100)), options)).toEqual(["LimitExceeded", "totalIterations"]);
    expect(await refusal(encryptedBy(pbkdf2(99)), options)).toEqual(["WrongPassword", undefined]);
  });

  it("allow what is just within", async () => {
    const bags = [...many(5_000, (i) => certificateBag(certificate(i))), ...many(64, (i) => keyBag(privateKey(i)))];
    const decoded = await decode(pfx([safe(...bags)]));
    expect([decoded.certificates.length, decoded.keys.length]).toEqual([5_000, 64]);
  });
});

describe("a PKCS#12 keystore with very many iterations", { timeout: 60_000 }, () => {
  const password = Buffer.from("changeit");
  const write = (iterations: number) =>
    encodePkcs12(
      { keys: [], certificates: [{ certificate: certificate(1), trusted: true }] },
      { password, iterations, profile: "LegacyDES" },
    );

  it("is read while the event loop goes on", async () => {
    const bytes = await write(100_000);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    expect(await decode(bytes, { password })).toMatchObject({ authenticated: true });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });

  it("stops at once when it is aborted", async () => {
    const abort = new AbortController();
    const reading = decode(pfx([], [wrongMac(2_000_000)]), { password, signal: abort.signal });
    setImmediate(() => abort.abort(new Error("stop")));
    await expect(reading).rejects.toThrow("stop");
  });
});
