import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../test/fixtures/pki.ts";
import { bundleOf, certificateFacts, decode, type FormatErrorCode } from "./index.ts";

const now = new Date();
let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(async () => {
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
});

const read = (...pems: string[]) => decode(Buffer.from(pems.join("")));
const raw = ({ certificate }: Issued) => Buffer.from(certificate.rawData);
const code = (wanted: FormatErrorCode) => expect.objectContaining({ name: "FormatError", code: wanted });

describe("bundleOf a keystore", () => {
  let api: Issued;
  let keystore: Parameters<typeof bundleOf>[0];

  beforeAll(async () => {
    api = await issue({ subject: "CN=api.example.com", issuer: intermediate });
    const keys = await read(leaf.keyPem, api.keyPem);
    const named = (issued: Issued, alias?: string) => ({ der: raw(issued), ...(alias === undefined ? {} : { alias }) });
    keystore = {
      certificates: [
        named(leaf, "web"),
        named(intermediate),
        named(api, "API"),
        { ...named(root, "root"), trusted: true },
      ],
      keys: keys.keys.map(({ pkcs8 }, index) => ({ pkcs8, alias: index === 0 ? "web" : "API" })),
    };
  });

  it.each([
    ["web", "CN=web.example.com"],
    ["API", "CN=api.example.com"],
    ["api", "CN=api.example.com"],
  ])("takes the key's entry %s with its chain", (alias, subject) => {
    const bundle = bundleOf(keystore, { alias, now });
    expect(certificateFacts(bundle.leaf).subject).toBe(subject);
    expect(bundle.key).toBe(keystore.keys.find((key) => key.alias?.toLowerCase() === alias.toLowerCase())?.pkcs8);
    expect(bundle).toMatchObject({ chain: [raw(intermediate)], root: raw(root), trusted: [raw(root)] });
  });

  it("takes a trusted entry without a key", () => {
    const bundle = bundleOf(keystore, { alias: "root", now });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=Test Root");
    expect(bundle).toMatchObject({ chain: [], trusted: [] });
    expect(bundle.key).toBeUndefined();
  });

  it("takes a key without an alias that fits the certificate under the one asked for", () => {
    const keys = keystore.keys.map(({ pkcs8 }) => ({ pkcs8 }));
    const bundle = bundleOf({ ...keystore, keys }, { alias: "API", now });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=api.example.com");
    expect(bundle.key).toBe(keys[1]?.pkcs8);
  });

  it("tells two aliases that differ only in case apart", () => {
    const certificates = keystore.certificates.map((one) => (one.alias === "API" ? { ...one, alias: "WEB" } : one));
    const bundle = bundleOf({ ...keystore, certificates, keys: [] }, { alias: "WEB", now });
    expect(certificateFacts(bundle.leaf).subject).toBe("CN=api.example.com");
  });

  it("asks for an alias where there are several, and names them", () => {
    expect(() => bundleOf(keystore, { now })).toThrow(code("AmbiguousLeaf"));
    expect(() => bundleOf(keystore, { now })).toThrow(
      "(web: CN=web.example.com, API: CN=api.example.com); name the alias",
    );
  });

  it("says which aliases there are where the one asked for is not", () => {
    expect(() => bundleOf(keystore, { alias: "mail", now })).toThrow(code("NoLeaf"));
    expect(() => bundleOf(keystore, { alias: "mail", now })).toThrow(
      "There is no entry mail; there are web, API, root.",
    );
  });

  it("takes the one key that has a certificate", () => {
    const { certificates, keys } = keystore;
    const bundle = bundleOf({ ...keystore, certificates: certificates.slice(0, 2), keys }, { now });
    expect(bundle.key).toBe(keys[0]?.pkcs8);
    expect(() => bundleOf({ ...keystore, certificates: certificates.slice(1, 2), keys }, { now })).toThrow(
      "The 2 private keys belong to none",
    );
  });
});
