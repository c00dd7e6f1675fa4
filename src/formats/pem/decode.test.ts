import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, type Issued } from "../../../test/fixtures/pki.ts";
import { decode } from "../index.ts";
import { writePem } from "./write.ts";

let leaf: Issued;
let root: Issued;
let encrypted: string;

beforeAll(async () => {
  ({ leaf, root } = await chainFor("web.example.com"));
  encrypted = createPrivateKey(leaf.keyPem)
    .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "kötchen" })
    .toString();
});

const read = (text: string, options = {}) => decode(Buffer.from(text), options);
const password = Buffer.from("kötchen");

/** By OpenSSL: `x509 -trustout -addtrust serverAuth -setalias hello`. */
const trusted = `-----BEGIN TRUSTED CERTIFICATE-----
MIIBczCCARmgAwIBAgIUA23XtueUr7lH0QakdSDtCPrJ9r4wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDd2ViMCAXDTI2MTEyNTA5NTYyOFoYDzIxMjYxMTAxMDk1NjI4
WjAOMQwwCgYDVQQDDAN3ZWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASXjPcE
EOvZTwcc0inoyaJM2oycwyLoc30tT3d31ZPwNkvMQWf8gNHYVB/XEuO3o/vwQq2N
RvSDn/GCgQTQmYwto1MwUTAdBgNVHQ4EFgQUKpWSer/yVcil/MdXk3ufTvHP36Aw
HwYDVR0jBBgwFoAUKpWSer/yVcil/MdXk3ufTvHP36AwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBJTDN7bdzaw4+xpdPdFfTyheiOUS6omWV6I/Tn
IlDlngIhALu1nc2TGIqVBysWFcL0IpAz2i/3mvSf9tWSQLCbexHvMBMwCgYIKwYB
BQUHAwEMBWhlbGxv
-----END TRUSTED CERTIFICATE-----
`;

describe("decode of a PEM", () => {
  it("takes certificates and keys in the order in which they stand", async () => {
    const decoded = await read(leaf.keyPem + leaf.pem + root.pem);
    expect(decoded).toMatchObject({ format: "PEM", keys: [{}], warnings: [], authenticated: false });
    const subjects = decoded.certificates.map(({ der }) => new X509Certificate(der).subject);
    expect(subjects).toEqual(["CN=web.example.com", "CN=Test Root"]);
  });

  it.each([
    ["little endian with a byte order mark", (text: string) => Buffer.from(`\u{FEFF}${text}`, "utf16le")],
    ["little endian without", (text: string) => Buffer.from(text, "utf16le")],
    ["big endian with a byte order mark", (text: string) => Buffer.from(`\u{FEFF}${text}`, "utf16le").swap16()],
    ["big endian without", (text: string) => Buffer.from(text, "utf16le").swap16()],
    ["little endian, behind text", (text: string) => Buffer.from(`Zertifikat für Ä:\r\n${text}`, "utf16le")],
  ])("reads UTF-16, %s", async (_how, encode) => {
    const decoded = await decode(encode(leaf.pem));
    expect(decoded.certificates).toEqual([{ der: Buffer.from(leaf.certificate.rawData) }]);
  });

  it("reads UTF-16 with half a character in it, and odd bytes at its end", async () => {
    const bytes = Buffer.concat([Buffer.from(`\uD800 ${leaf.pem}`, "utf16le"), Buffer.of(1)]);
    expect((await decode(bytes)).certificates).toHaveLength(1);
  });

  it("cuts off what OpenSSL adds to a TRUSTED CERTIFICATE", async () => {
    const { certificates } = await read(trusted);
    expect(new X509Certificate(certificates[0]?.der ?? "").fingerprint256.toLowerCase().replaceAll(":", "")).toBe(
      "9d09eaf446a8d1e438dbdb107f1a65cd4caf24b7aa49933722741834475f88da",
    );
  });

  it("passes over EC PARAMETERS before a key without a word", async () => {
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    expect(await read(parameters + leaf.keyPem)).toMatchObject({ keys: [{}], warnings: [] });
  });

  it("passes over other blocks and says so", async () => {
    const other = "-----BEGIN X509 CRL-----\nMAMCAQU=\n-----END X509 CRL-----\n";
    expect(await read(other + leaf.pem)).toMatchObject({
      certificates: [{}],
      warnings: ["PEM block 1 (line 1) is a X509 CRL; it was skipped."],
    });
    expect((await read(other + leaf.pem + other + other)).warnings).toEqual([
      "PEM block 1 (line 1) is a X509 CRL; it was skipped, and 2 more like it.",
    ]);
  });

  it("passes over a place holder for a key and says so", async () => {
    const holder = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    expect(await read(holder + leaf.pem)).toMatchObject({
      keys: [],
      warnings: ["PEM block 1 (line 1) says PRIVATE KEY but holds none; it was skipped."],
    });
  });

  it("opens an encrypted key with the key's password, or else the value's", async () => {
    const key = [{ pkcs8: createPrivateKey(leaf.keyPem).export({ format: "der", type: "pkcs8" }) }];
    expect((await read(encrypted, { password })).keys).toEqual(key);
    expect((await read(encrypted, { password: Buffer.from("x"), keyPassword: password })).keys).toEqual(key);
  });

  it("reads a key under the label of another kind", async () => {
    expect((await read(leaf.keyPem.replaceAll("PRIVATE KEY", "RSA PRIVATE KEY"))).keys).toHaveLength(1);
  });

  it("takes a PKCS#7 without certificates for what it is", async () => {
    const empty = "MCMGCSqGSIb3DQEHAqAWMBQCAQExADALBgkqhkiG9w0BBwExAA==";
    const decoded = await read(`-----BEGIN PKCS7-----\n${empty}\n-----END PKCS7-----\n`);
    expect(decoded).toMatchObject({ certificates: [], keys: [] });
  });

  const block = (label: string) => writePem(label, Buffer.from("3003020105", "hex")).toString();
  it.each([
    ["an encrypted key without a password", () => encrypted, "PasswordRequired", "needs a password"],
    ["a damaged key", () => block("PRIVATE KEY"), "Malformed", "it says PRIVATE KEY, but holds no private key"],
    [
      "a damaged certificate",
      () => block("CERTIFICATE"),
      "Malformed",
      "PEM block 1 (line 1) is damaged at byte 2: SEQUENCE was expected",
    ],
    ["an OpenSSH key", () => block("OPENSSH PRIVATE KEY"), "UnsupportedAlgorithm", "ssh-keygen -p -m PKCS8"],
    ["a public key alone", () => block("PUBLIC KEY"), "NoCertificate", "is a PUBLIC KEY"],
    ["an empty value", () => "", "Malformed", "The value is empty"],
    ["a text", () => "hello", "Malformed", "no line that starts with -----BEGIN"],
    ["four dashes", () => leaf.pem.slice(1), "Malformed", "five dashes on each side"],
    ["dashes of a word processor", () => leaf.pem.replaceAll("-----", "—"), "Malformed", "five plain dashes (-)"],
    ["small letters", () => leaf.pem.replaceAll("BEGIN", "begin"), "Malformed", "capital letters"],
    ["base64 of a PEM", () => Buffer.from(leaf.pem).toString("base64"), "Malformed", "decode it once"],
    ["base64 alone", () => leaf.pem.replaceAll(/-----.*-----\n/g, ""), "Malformed", "without its BEGIN and END lines"],
    [
      "base64 of a JKS",
      () => Buffer.from("feedfeed00000002", "hex").toString("base64"),
      "Malformed",
      "a Java keystore",
    ],
    [
      "base64 of a JCEKS",
      () => Buffer.from("cececece00000002", "hex").toString("base64"),
      "Malformed",
      "a Java keystore",
    ],
    ["a JSON", () => '{"kty":"EC"}', "Malformed", "looks like JSON"],
    ["a ZIP archive", () => "PK\u0003\u0004", "Malformed", "ZIP archive"],
  ])("refuses %s and says what to do", async (_what, text, code, words) => {
    await expect(read(text())).rejects.toMatchObject({ code });
    await expect(read(text())).rejects.toThrow(words);
  });

  it("counts certificates before it reads them", async () => {
    await expect(read(leaf.pem + root.pem, { limits: { certificates: 1 } })).rejects.toMatchObject({
      details: { limit: "certificates" },
    });
  });
});

describe("decode of DER", () => {
  it("reads a key and leaves the caller's bytes alone", async () => {
    const bytes = createPrivateKey(leaf.keyPem).export({ format: "der", type: "sec1" });
    const before = Buffer.from(bytes);
    const { format, keys } = await decode(bytes);
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    expect(format).toBe("DER");
    expect(bytes).toEqual(before);
  });

  it("does not take a public key for anything else", async () => {
    const bytes = Buffer.from(leaf.certificate.publicKey.rawData);
    await expect(decode(bytes)).rejects.toThrow("The value is a public key");
  });

  it("refuses bytes behind a certificate", async () => {
    const bytes = Buffer.concat([Buffer.from(leaf.certificate.rawData), Buffer.of(0)]);
    await expect(decode(bytes)).rejects.toMatchObject({ code: "Malformed" });
  });

  it("refuses what nests too deeply", async () => {
    await expect(decode(Buffer.from("3080".repeat(40), "hex"))).rejects.toMatchObject({ details: { limit: "depth" } });
    await expect(decode(Buffer.from("2480".repeat(40), "hex"))).rejects.toMatchObject({ details: { limit: "depth" } });
  });
});
