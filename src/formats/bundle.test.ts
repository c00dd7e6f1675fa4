import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../test/fixtures/pki.ts";
import { bundleOf, certificateFacts, decode, encode, FormatError, type FormatErrorCode, zero } from "./index.ts";

let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(async () => {
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
});

const read = (...pems: string[]) => decode(Buffer.from(pems.join("")));
const code = (wanted: FormatErrorCode) => expect.objectContaining({ name: "FormatError", code: wanted });

describe("bundleOf", () => {
  it("orders the chain by signature, whatever the order in the source, and keeps the root apart", async () => {
    const bundle = bundleOf({ identity: await read(root.pem, leaf.pem, intermediate.pem, leaf.keyPem) });
    expect(await encode(bundle, { format: "PEM" }).then(String)).toBe(leaf.pem + intermediate.pem);
    expect(await encode(bundle, { format: "PEM", root: "Include" }).then(String)).toBe(
      leaf.pem + intermediate.pem + root.pem,
    );
    expect(await encode(bundle, { format: "PEM", chain: false }).then(String)).toBe(leaf.pem);
  });

  it("completes the chain from the CA certificates and counts them as trusted", async () => {
    const bundle = bundleOf({ identity: await read(leaf.pem, intermediate.pem), ca: await read(root.pem) });
    expect(bundle.root?.equals(Buffer.from(root.certificate.rawData))).toBe(true);
    expect(bundle.trusted).toHaveLength(1);
  });

  it("takes the certificate that fits the key", async () => {
    const other = await issue({ subject: "CN=other" });
    const bundle = bundleOf({ identity: await read(intermediate.pem, leaf.pem, leaf.keyPem) });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=web.example.com");
    const identity = await read(leaf.pem, other.keyPem);
    expect(() => bundleOf({ identity })).toThrow(code("KeyMismatch"));
  });

  it("takes the longest valid of two certificates with one key", async () => {
    const renewed = await issue({
      subject: "CN=web.example.com",
      issuer: intermediate,
      keys: leaf.keys,
      notAfter: new Date("2040-01-01T00:00:00Z"),
    });
    const identity = await read(renewed.pem, leaf.keyPem);
    expect(certificateFacts(bundleOf({ identity }).leaf).notAfter.toISOString()).toBe("2040-01-01T00:00:00.000Z");
  });

  it("refuses two leaves and names them", async () => {
    const other = await issue({ subject: "CN=other" });
    const identity = await read(leaf.pem, other.pem);
    expect(() => bundleOf({ identity })).toThrow(code("AmbiguousLeaf"));
    expect(() => bundleOf({ identity })).toThrow("CN=web.example.com, CN=other");
  });

  it("names the missing issuer of a broken chain", async () => {
    const identity = await read(leaf.pem, root.pem, leaf.keyPem);
    expect(() => bundleOf({ identity })).toThrow(code("BrokenChain"));
    expect(() => bundleOf({ identity })).toThrow("issuer CN=Test Intermediate of CN=web.example.com is missing");
  });

  it("does not take an issuer by name alone", async () => {
    const impostor = await issue({ subject: "CN=Test Intermediate", ca: true });
    const identity = await read(leaf.pem, impostor.pem, leaf.keyPem);
    expect(() => bundleOf({ identity })).toThrow(code("BrokenChain"));
  });

  it("ends where certificates sign each other in a loop", async () => {
    const first = await issue({ subject: "CN=A", ca: true });
    const second = await issue({ subject: "CN=B", issuer: first, ca: true });
    const again = await issue({ subject: "CN=A", issuer: second, ca: true, keys: first.keys });
    const end = await issue({ subject: "CN=end", issuer: second });
    const bundle = bundleOf({ identity: await read(end.pem, second.pem, again.pem, end.keyPem) });
    expect(bundle.chain).toHaveLength(2);
  });

  it("refuses a source without a certificate", async () => {
    const identity = await read(leaf.keyPem);
    expect(() => bundleOf({ identity })).toThrow(code("NoCertificate"));
  });
});

describe("decode", () => {
  it("reads DER certificates and keys by content", async () => {
    const decoded = await decode(Buffer.from(leaf.certificate.rawData));
    expect(decoded).toMatchObject({ format: "DER", certificates: [{}], keys: [] });
  });

  it("refuses an encrypted key with what to do", async () => {
    const text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAMCAQU=\n-----END ENCRYPTED PRIVATE KEY-----";
    await expect(read(text)).rejects.toThrow(code("PasswordRequired"));
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

describe("encode", () => {
  it("puts the key first into CombinedPEM", async () => {
    const bundle = bundleOf({ identity: await read(leaf.pem, intermediate.pem, leaf.keyPem) });
    expect(await encode(bundle, { format: "CombinedPEM" }).then(String)).toBe(
      leaf.keyPem + leaf.pem + intermediate.pem,
    );
  });

  it("refuses an output that needs a key where there is none", async () => {
    const bundle = bundleOf({ identity: await read(leaf.pem) });
    await expect(encode(bundle, { format: "PEM", content: "Key" })).rejects.toThrow(code("NoPrivateKey"));
  });

  it("leaves no key behind once zeroed", async () => {
    const bundle = bundleOf({ identity: await read(leaf.pem, leaf.keyPem) });
    zero(bundle);
    expect(bundle.key?.every((byte) => byte === 0)).toBe(true);
  });
});
