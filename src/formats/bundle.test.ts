import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../test/fixtures/pki.ts";
import {
  bundleOf,
  certificateFacts,
  checkComplete,
  decode,
  encode,
  FormatError,
  type FormatErrorCode,
  zero,
} from "./index.ts";

const now = new Date();

let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(async () => {
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
});

const read = (...pems: string[]) => decode(Buffer.from(pems.join("")));
const raw = ({ certificate }: Issued) => Buffer.from(certificate.rawData);
const serial = ({ certificate }: Issued) => certificate.serialNumber.toUpperCase().replace(/^00/, "");
const code = (wanted: FormatErrorCode) => expect.objectContaining({ name: "FormatError", code: wanted });

describe("bundleOf", () => {
  it("orders the chain by signature, whatever the order in the source, and keeps the root apart", async () => {
    const bundle = bundleOf(await read(root.pem, leaf.pem, intermediate.pem, leaf.keyPem), { now });
    expect(await encode(bundle, { format: "PEM" }).then(String)).toBe(leaf.pem + intermediate.pem);
    expect(await encode(bundle, { format: "PEM", root: "Include" }).then(String)).toBe(
      leaf.pem + intermediate.pem + root.pem,
    );
    expect(await encode(bundle, { format: "PEM", chain: false }).then(String)).toBe(leaf.pem);
  });

  it("completes the chain from the CA certificates and counts them as trusted", async () => {
    const bundle = bundleOf(await read(leaf.pem, intermediate.pem), { now, ca: await read(root.pem) });
    expect(bundle.root?.equals(Buffer.from(root.certificate.rawData))).toBe(true);
    expect(bundle.trusted).toHaveLength(1);
  });

  it("takes the certificate that fits the key", async () => {
    const other = await issue({ subject: "CN=other" });
    const bundle = bundleOf(await read(intermediate.pem, leaf.pem, leaf.keyPem), { now });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=web.example.com");
    const identity = await read(leaf.pem, other.keyPem);
    expect(() => bundleOf(identity, { now })).toThrow(code("KeyMismatch"));
  });

  it("takes the longest valid of two certificates with one key", async () => {
    const renewed = await issue({
      subject: "CN=web.example.com",
      issuer: intermediate,
      keys: leaf.keys,
      notAfter: new Date("2040-01-01T00:00:00Z"),
    });
    const identity = await read(renewed.pem, leaf.keyPem);
    expect(certificateFacts(bundleOf(identity, { now }).leaf).notAfter.toISOString()).toBe("2040-01-01T00:00:00.000Z");
  });

  it("refuses two leaves and names them", async () => {
    const other = await issue({ subject: "CN=other" });
    const identity = await read(leaf.pem, other.pem);
    expect(() => bundleOf(identity, { now })).toThrow(code("AmbiguousLeaf"));
    expect(() => bundleOf(identity, { now })).toThrow("CN=web.example.com, CN=other");
  });

  it("tells old and new certificate of one name apart by the key", async () => {
    const renewed = await issue({ subject: "CN=web.example.com", issuer: intermediate });
    const identity = await read(leaf.pem, renewed.pem, renewed.keyPem);
    expect(certificateFacts(bundleOf(identity, { now }).leaf).serialNumber).toBe(serial(renewed));
  });

  it("prefers a leaf to a CA certificate that has issued nothing there", async () => {
    const bundle = bundleOf(await read(root.pem, leaf.pem), { now });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=web.example.com");
    const lone = await issue({ subject: "CN=lone", dnsNames: ["lone"] });
    expect(certificateFacts(bundleOf(await read(lone.pem, root.pem), { now }).leaf).subject).toBe("CN=lone");
  });

  it("says which issuer is missing, and goes up no further", async () => {
    const bundle = bundleOf(await read(leaf.pem, root.pem, leaf.keyPem), { now });
    expect(bundle.chain).toEqual([]);
    expect(bundle.missingIssuer).toBe("CN=Test Intermediate");
    expect(() => checkComplete(bundle)).toThrow(code("MissingIntermediate"));
    expect(() => checkComplete(bundle)).toThrow("The issuer CN=Test Intermediate of CN=web.example.com is missing");
  });

  it("does not take an issuer by name alone", async () => {
    const impostor = await issue({ subject: "CN=Test Intermediate", ca: true });
    const bundle = bundleOf(await read(leaf.pem, impostor.pem, leaf.keyPem), { now });
    expect(bundle.chain).toEqual([]);
    expect(() => checkComplete(bundle)).toThrow(code("MissingIntermediate"));
  });

  it("misses nothing where only the root is left out, or what lies beside belongs to another certificate", async () => {
    const other = await chainFor("other.example.com");
    const twin = await issue({ subject: "CN=Test Intermediate", issuer: other.root, ca: true });
    const beside = [other.leaf.pem, other.intermediate.pem, other.root.pem, twin.pem];
    checkComplete(bundleOf(await read(leaf.pem, leaf.keyPem), { now }));
    const bundle = bundleOf(await read(leaf.pem, intermediate.pem, ...beside, leaf.keyPem), { now });
    checkComplete(bundle);
    expect(bundle.chain).toEqual([raw(intermediate)]);
  });

  it("takes the valid one of twin intermediates, whatever their order", async () => {
    const expired = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") };
    const old = await issue({
      subject: "CN=Test Intermediate",
      issuer: root,
      ca: true,
      keys: intermediate.keys,
      ...expired,
    });
    for (const pems of [
      [old.pem, intermediate.pem],
      [intermediate.pem, old.pem],
    ]) {
      const bundle = bundleOf(await read(leaf.pem, ...pems, root.pem), { now });
      expect(bundle.chain).toEqual([raw(intermediate)]);
    }
    const then = new Date("2020-06-01T00:00:00Z");
    const bundle = bundleOf(await read(leaf.pem, intermediate.pem, old.pem), { now: then });
    expect(bundle.chain).toEqual([raw(old)]);
  });

  it("takes the intermediate whose key has signed, not a re-keyed one of the same name", async () => {
    const rekeyed = await issue({ subject: "CN=Test Intermediate", issuer: root, ca: true });
    const bundle = bundleOf(await read(rekeyed.pem, leaf.pem, intermediate.pem, root.pem), { now });
    expect(bundle.chain).toEqual([raw(intermediate)]);
  });

  it("goes the shortest way to a root where the root's key is cross-signed", async () => {
    const older = await issue({ subject: "CN=Older Root", ca: true });
    const crossed = await issue({ subject: "CN=Test Root", issuer: older, ca: true, keys: root.keys });
    const pems = [crossed.pem, older.pem, intermediate.pem, root.pem, leaf.pem];
    const short = bundleOf(await read(...pems), { now });
    expect(short.chain).toEqual([raw(intermediate)]);
    expect(short.root).toEqual(raw(root));
    const long = bundleOf(await read(...pems.filter((pem) => pem !== root.pem)), { now });
    expect(long.chain).toEqual([raw(intermediate), raw(crossed)]);
    expect(long.root).toEqual(raw(older));
  });

  it("goes the way over valid certificates where the root of the other has expired", async () => {
    const past = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") };
    const stale = await issue({ subject: "CN=Test Root", ca: true, keys: root.keys, ...past });
    const older = await issue({ subject: "CN=Older Root", ca: true });
    const crossed = await issue({ subject: "CN=Test Root", issuer: older, ca: true, keys: root.keys });
    const bundle = bundleOf(await read(leaf.pem, intermediate.pem, stale.pem, crossed.pem, older.pem), { now });
    expect(bundle.chain).toEqual([raw(intermediate), raw(crossed)]);
  });

  it("climbs at most 16 certificates above the leaf", async () => {
    const line = [root];
    for (let depth = 1; depth <= 16; depth += 1) {
      line.push(await issue({ subject: `CN=Level ${depth}`, issuer: line.at(-1) ?? root, ca: true }));
    }
    const end = await issue({ subject: "CN=deep", issuer: line[15] ?? root });
    const deeper = await issue({ subject: "CN=deeper", issuer: line[16] ?? root });
    const pems = line.map(({ pem }) => pem);
    expect(bundleOf(await read(end.pem, ...pems, end.keyPem), { now }).chain).toHaveLength(15);
    const identity = await read(deeper.pem, ...pems);
    expect(() => bundleOf(identity, { now })).toThrow("The chain is longer than 16 certificates");
  });

  it("checks few signatures to find the chain of one among many that have one issuer", async () => {
    const many = await Promise.all(
      Array.from({ length: 30 }, (_, index) => issue({ subject: `CN=${index}`, issuer: intermediate })),
    );
    const identity = await read(...many.map(({ pem }) => pem), leaf.pem, intermediate.pem, leaf.keyPem);
    const bundle = bundleOf(identity, { now, limits: { chainChecks: 10 } });
    expect(bundle.chain).toEqual([raw(intermediate)]);
  });

  it("gives up where certificates made to look alike would ask for very many signatures", async () => {
    const alike = await Promise.all(Array.from({ length: 40 }, () => issue({ subject: "CN=same", ca: true })));
    const identity = await read(...alike.map(({ pem }) => pem));
    expect(() => bundleOf(identity, { now })).toThrow(code("LimitExceeded"));
  });

  it("ends where certificates sign each other in a loop", async () => {
    const first = await issue({ subject: "CN=A", ca: true });
    const second = await issue({ subject: "CN=B", issuer: first, ca: true });
    const again = await issue({ subject: "CN=A", issuer: second, ca: true, keys: first.keys });
    const end = await issue({ subject: "CN=end", issuer: second });
    const bundle = bundleOf(await read(end.pem, second.pem, again.pem, end.keyPem), { now });
    expect(bundle.chain).toHaveLength(2);
  });

  it("refuses a source without a certificate", async () => {
    const identity = await read(leaf.keyPem);
    expect(() => bundleOf(identity, { now })).toThrow(code("NoCertificate"));
  });
});

describe("decode", () => {
  it("reads DER certificates and keys by content", async () => {
    const decoded = await decode(Buffer.from(leaf.certificate.rawData));
    expect(decoded).toMatchObject({ format: "DER", certificates: [{}], keys: [] });
  });

  it("refuses what is too large before reading it", async () => {
    await expect(decode(Buffer.alloc(1_048_577))).rejects.toThrow(code("LimitExceeded"));
  });

  it("refuses text without a block, and rubbish in a block", async () => {
    await expect(read("hello")).rejects.toThrow("no line that starts with -----BEGIN");
    await expect(read("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----")).rejects.toBeInstanceOf(
      FormatError,
    );
  });
});

describe("certificateFacts", () => {
  it("tells what a status shows", () => {
    const facts = certificateFacts(Buffer.from(leaf.certificate.rawData));
    expect(facts).toMatchObject({
      subject: "CN=web.example.com",
      issuer: "CN=Test Intermediate",
      dnsNames: ["web.example.com"],
      keyAlgorithm: "EC P-256",
      isCa: false,
      selfIssued: false,
    });
  });
});

describe("a certificate with a key of an unknown algorithm", () => {
  it("is shown with the algorithm's object identifier, and fits no key", async () => {
    const ecPublicKey = Buffer.from("06072a8648ce3d0201", "hex");
    const der = Buffer.from(leaf.certificate.rawData);
    der[der.indexOf(ecPublicKey) + 8] = 0x7f;
    expect(certificateFacts(der).keyAlgorithm).toBe("1.2.840.10045.2.127");
    const { keys } = await read(leaf.keyPem);
    expect(() => bundleOf({ certificates: [{ der }], keys }, { now })).toThrow(code("KeyMismatch"));
    expect(bundleOf({ certificates: [{ der }], keys: [] }, { now }).leaf).toEqual(der);
  });

  it("is refused with a typed error where it is the private key's", async () => {
    const { keys } = await read(leaf.keyPem);
    const pkcs8 = Buffer.from(keys[0]?.pkcs8 ?? Buffer.alloc(0));
    pkcs8[pkcs8.indexOf(Buffer.from("06072a8648ce3d0201", "hex")) + 8] = 0x7f;
    const identity = { certificates: [{ der: raw(leaf) }], keys: [{ pkcs8 }] };
    expect(() => bundleOf(identity, { now })).toThrow(code("UnsupportedAlgorithm"));
    expect(() => bundleOf(identity, { now })).toThrow("1.2.840.10045.2.127");
  });

  it("is refused with a typed error where it is damaged inside", () => {
    const der = raw(leaf).subarray(0, 40);
    expect(() => bundleOf({ certificates: [{ der }], keys: [] }, { now })).toThrow(code("Malformed"));
  });
});

describe("encode", () => {
  it("puts the key first into CombinedPEM", async () => {
    const bundle = bundleOf(await read(leaf.pem, intermediate.pem, leaf.keyPem), { now });
    expect(await encode(bundle, { format: "CombinedPEM" }).then(String)).toBe(
      leaf.keyPem + leaf.pem + intermediate.pem,
    );
  });

  it("refuses an output that needs a key where there is none", async () => {
    const bundle = bundleOf(await read(leaf.pem), { now });
    await expect(encode(bundle, { format: "PEM", content: "Key" })).rejects.toThrow(code("NoPrivateKey"));
  });

  it("leaves no key behind once zeroed", async () => {
    const bundle = bundleOf(await read(leaf.pem, leaf.keyPem), { now });
    zero(bundle);
    expect(bundle.key?.every((byte) => byte === 0)).toBe(true);
  });
});
