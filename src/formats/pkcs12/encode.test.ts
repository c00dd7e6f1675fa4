import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../../test/fixtures/pki.ts";
import { type Bundle, decode, encode, FormatError } from "../index.ts";
import { encodePkcs12 } from "./encode.ts";

const password = Buffer.from("pässword");

let root: Issued;
let bundle: Bundle;
let key: Buffer;

const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);

beforeAll(async () => {
  const chain = await chainFor("web.example.com");
  ({ root } = chain);
  const { keys } = await decode(Buffer.from(chain.leaf.keyPem));
  key = keys[0]?.pkcs8 ?? Buffer.alloc(0);
  bundle = { leaf: raw(chain.leaf), chain: [raw(chain.intermediate)], root: raw(root), key, trusted: [] };
});

describe("encode to PKCS#12", { timeout: 60_000 }, () => {
  it.each(["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026"] as const)("is read back from %s", async (profile) => {
    const bytes = await encode(bundle, { format: "PKCS12", profile, password, alias: "web", root: "Include" });
    expect(await decode(bytes, { password })).toEqual({
      format: "PKCS12",
      certificates: [
        { der: bundle.leaf, alias: "web", trusted: false },
        { der: bundle.chain[0], trusted: false },
        { der: bundle.root, trusted: false },
      ],
      keys: [{ pkcs8: key, alias: "web" }],
      warnings: [],
      authenticated: true,
    });
    await expect(decode(bytes, { password: Buffer.from("other") })).rejects.toMatchObject({ code: "WrongPassword" });
  });

  it("writes Passwordless in the clear", async () => {
    const bytes = await encode(bundle, { format: "PKCS12", profile: "Passwordless" });
    expect(bytes.includes(key)).toBe(true);
    expect(await decode(bytes)).toMatchObject({ keys: [{ pkcs8: key, alias: "certificate" }], authenticated: false });
  });

  it("needs a password for the other profiles, and takes an empty one", async () => {
    await expect(encode(bundle, { format: "PKCS12" })).rejects.toMatchObject({
      code: "PasswordRequired",
      message: "A PKCS#12 keystore of profile Modern2023 needs a password.",
    });
    const bytes = await encode(bundle, { format: "PKCS12", password: Buffer.alloc(0) });
    expect(await decode(bytes, { password: Buffer.alloc(0) })).toMatchObject({ authenticated: true });
  });

  it.each([
    [undefined, 10_000],
    [2_048, 2_048],
  ])("derives keys with %s iterations as %i", async (iterations, expected) => {
    const bytes = await encode(bundle, { format: "PKCS12", password, iterations });
    const limit = (most: number) => decode(bytes, { password, limits: { iterations: most } });
    await expect(limit(expected - 1)).rejects.toMatchObject({ code: "LimitExceeded" });
    await expect(limit(expected)).resolves.toMatchObject({ authenticated: true });
  });

  it("writes no keystore that it would not read", async () => {
    const writing = encode(bundle, { format: "PKCS12", password, iterations: 2_000_001 });
    await expect(writing).rejects.toMatchObject({ code: "LimitExceeded" });
  });

  it("writes fresh salts each time", async () => {
    const write = () => encode(bundle, { format: "PKCS12", password, iterations: 1 });
    expect((await write()).equals(await write())).toBe(false);
  });

  it("writes certificates alone where there is no key", async () => {
    const { key: _key, ...rest } = bundle;
    const decoded = await decode(await encode(rest, { format: "PKCS12", password, alias: "web" }), { password });
    expect(decoded.keys).toEqual([]);
    expect(decoded.certificates.map(({ alias }) => alias)).toEqual(["web", undefined]);
  });

  it("writes a trust store under the names of its certificates, twins numbered", async () => {
    const twin = await issue({ subject: "CN=test root,O=Other", ca: true });
    const nameless = await issue({ subject: "O=Only Organization", ca: true });
    const trusted = [raw(root), raw(twin), raw(nameless)];
    const bytes = await encode({ ...bundle, trusted }, { format: "PKCS12", password, content: "Truststore" });
    const decoded = await decode(bytes, { password });
    expect(decoded.certificates).toEqual([
      { der: trusted[0], alias: "Test Root", trusted: true },
      { der: trusted[1], alias: "test root (2)", trusted: true },
      { der: trusted[2], alias: "Only Organization", trusted: true },
    ]);
    expect(decoded.keys).toEqual([]);
  });

  it("trusts the chain's root where the source names no CA certificates, and refuses a trust store of nothing", async () => {
    const write = (from: Bundle) => encode(from, { format: "PKCS12", password, content: "Truststore" });
    expect((await decode(await write(bundle), { password })).certificates).toEqual([
      { der: raw(root), alias: "Test Root", trusted: true },
    ]);
    const { root: _root, ...rootless } = bundle;
    await expect(write(rootless)).rejects.toThrow(FormatError);
  });

  it("writes many keys and certificates, each under its alias", async () => {
    const keys = Array.from({ length: 20 }, (_, i) => ({
      alias: `key ${i} 🔑`,
      pkcs8: key,
      certificates: [bundle.leaf, ...bundle.chain],
    }));
    const certificates = Array.from({ length: 300 }, (_, i) => ({
      alias: `ca ${i}`,
      certificate: raw(root),
      trusted: true,
    }));
    const decoded = await decode(await encodePkcs12({ keys, certificates }, { password, iterations: 1 }), { password });
    expect(decoded.keys.map(({ alias }) => alias)).toEqual(keys.map(({ alias }) => alias));
    expect(decoded.certificates.filter(({ trusted }) => trusted).map(({ alias }) => alias)).toEqual(
      certificates.map(({ alias }) => alias),
    );
  });
});
