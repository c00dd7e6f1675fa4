import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../../test/fixtures/pki.ts";
import { type Bundle, decode, encode } from "../index.ts";

const password = Buffer.from("pässwörd🔑");
const day = new Date("2026-03-01T12:00:00Z");
let bundle: Bundle;

const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);

beforeAll(async () => {
  const { root, intermediate, leaf } = await chainFor("web.example.com");
  const { keys } = await decode(Buffer.from(leaf.keyPem));
  const ca = await issue({ subject: "CN=Test Root", ca: true, notBefore: day });
  bundle = {
    leaf: raw(leaf),
    chain: [raw(intermediate)],
    root: raw(root),
    key: keys[0]?.pkcs8 ?? Buffer.alloc(0),
    trusted: [raw(root), raw(ca)],
  };
});

describe("encode to JKS", () => {
  it("is read back", async () => {
    const bytes = await encode(bundle, { format: "JKS", password, alias: "web🔑" });
    expect(await decode(bytes, { password })).toEqual({
      format: "JKS",
      certificates: [
        { der: bundle.leaf, alias: "web🔑" },
        { der: bundle.chain[0], alias: "web🔑" },
      ],
      keys: [{ pkcs8: bundle.key, alias: "web🔑" }],
      warnings: [],
      authenticated: true,
    });
    await expect(decode(bytes, { password: Buffer.from("other") })).rejects.toMatchObject({ code: "WrongPassword" });
  });

  it("writes aliases in small letters, for Java finds no others", async () => {
    const bytes = await encode(bundle, { format: "JKS", password, alias: "WEB" });
    expect((await decode(bytes, { password })).keys).toMatchObject([{ alias: "web" }]);
  });

  it("writes the same trust store every time, under unique aliases, dated by notBefore", async () => {
    const options = { format: "JKS", password, content: "Truststore" } as const;
    const bytes = await encode(bundle, options);
    expect(await encode(bundle, options)).toEqual(bytes);
    expect((await decode(bytes, { password })).certificates).toMatchObject([
      { alias: "test root", trusted: true },
      { alias: "test root (2)", trusted: true },
    ]);
    const date = Buffer.alloc(8);
    date.writeBigInt64BE(BigInt(day.getTime()));
    expect(new X509Certificate(bundle.trusted[1] ?? "").validFromDate).toEqual(day);
    expect(bytes.includes(date)).toBe(true);
  });

  it("takes an empty password, but not none", async () => {
    const bytes = await encode(bundle, { format: "JKS", password: Buffer.alloc(0) });
    expect(await decode(bytes, { password: Buffer.alloc(0) })).toMatchObject({ authenticated: true });
    await expect(encode(bundle, { format: "JKS" })).rejects.toMatchObject({ code: "PasswordRequired" });
  });

  it("makes no trusted certificate of a leaf without a key", async () => {
    const { key: _, ...keyless } = bundle;
    await expect(encode(keyless, { format: "JKS", password })).rejects.toMatchObject({ code: "NoPrivateKey" });
  });

  it("refuses an alias that has no room", async () => {
    const alias = "ä".repeat(32_768);
    await expect(encode(bundle, { format: "JKS", password, alias })).rejects.toMatchObject({ code: "LimitExceeded" });
  });
});
