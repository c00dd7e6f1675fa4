import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../test/fixtures/pki.ts";
import { type Bundle, decode, type Decoded, editKeystore, type EditOptions, encode } from "./index.ts";
import { keytoolJceks, keytoolJks } from "./jks/testing/keytool.ts";

const ours = Buffer.from("öurs");
const theirs = Buffer.from("theirs");

const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);
const keyOf = async ({ keyPem }: Issued): Promise<Buffer> =>
  (await decode(Buffer.from(keyPem))).keys[0]?.pkcs8 ?? Buffer.alloc(0);

let web: Bundle;
let renewed: Bundle;
let api: Bundle;
let root: Issued;
let intermediate: Issued;

beforeAll(async () => {
  let leaf: Issued;
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
  const other = await issue({ subject: "CN=Other Intermediate", issuer: root, ca: true });
  const later = await issue({ subject: "CN=web.example.com", issuer: other });
  const second = await issue({ subject: "CN=api.example.com", issuer: intermediate });
  const bundle = async (one: Issued, issuer: Issued): Promise<Bundle> => ({
    leaf: raw(one),
    chain: [raw(issuer)],
    root: raw(root),
    key: await keyOf(one),
    trusted: [],
  });
  web = await bundle(leaf, intermediate);
  renewed = await bundle(later, other);
  api = await bundle(second, intermediate);
});

/** Subjects of all certificates, as `alias: name`, in any order. */
const subjects = ({ certificates }: Decoded): string[] =>
  certificates.map(({ alias, der }) => `${alias ?? "-"}: ${new X509Certificate(der).subject}`).toSorted();

describe.each(["JKS", "PKCS12"] as const)("editKeystore of %s", (format) => {
  const options = { format, password: ours } as const;
  /** A keystore of ours with `web`, and `api` whose key keeps its owner's password. */
  const shared = async (): Promise<Buffer> => {
    const foreign = await encode(api, { format, password: theirs, alias: "api" });
    return editKeystore(foreign, { put: web }, { ...options, alias: "web", current: theirs });
  };
  const inChain = (alias: string) => (format === "JKS" ? alias : "-");

  it("puts an entry beside others, whose keys stay under their own passwords", async () => {
    const keystore = await shared();
    await expect(decode(keystore, { password: ours })).rejects.toMatchObject({ code: "WrongPassword" });
    const { keys } = await decode(keystore, { password: ours, keyPassword: theirs });
    expect(keys).toEqual(
      expect.arrayContaining([
        { pkcs8: web.key, alias: "web" },
        { pkcs8: api.key, alias: "api" },
      ]),
    );
    const own = await decode(keystore, { password: ours, alias: "web" });
    expect(own.keys).toEqual([{ pkcs8: web.key, alias: "web" }]);
  });

  it("leaves another entry of the same certificate and key alone", async () => {
    const once = await encode(web, { ...options, alias: "web" });
    const twice = await editKeystore(once, { put: web }, { ...options, alias: "copy" });
    const keystore = await editKeystore(twice, { put: renewed }, { ...options, alias: "web" });
    const { keys, certificates } = await decode(keystore, { password: ours });
    expect(new Set(keys.map(({ alias }) => alias))).toEqual(new Set(["copy", "web"]));
    expect(certificates.find(({ alias }) => alias === "copy")?.der).toEqual(web.leaf);
    const removed = await editKeystore(keystore, { remove: ["web"] }, options);
    expect((await decode(removed, { password: ours })).keys).toEqual([{ pkcs8: web.key, alias: "copy" }]);
  });

  it("replaces an entry with its chain", async () => {
    const keystore = await editKeystore(await shared(), { put: renewed }, { ...options, alias: "web" });
    const found = await decode(keystore, { password: ours, keyPassword: theirs });
    expect(found.keys).toHaveLength(2);
    expect(found.keys).toEqual(
      expect.arrayContaining([
        { pkcs8: renewed.key, alias: "web" },
        { pkcs8: api.key, alias: "api" },
      ]),
    );
    expect(subjects(found)).toEqual(
      [
        "api: CN=api.example.com",
        `${inChain("api")}: CN=Test Intermediate`,
        `${inChain("web")}: CN=Other Intermediate`,
        "web: CN=web.example.com",
      ].toSorted(),
    );
  });

  it("takes the chain of an entry that goes, but not what others need of it", async () => {
    const both = await editKeystore(await shared(), { put: renewed }, { ...options, alias: "other" });
    const keystore = await editKeystore(both, { remove: ["web", "other"] }, options);
    const found = await decode(keystore, { password: ours, keyPassword: theirs });
    expect(found.keys).toEqual([{ pkcs8: api.key, alias: "api" }]);
    expect(subjects(found)).toEqual(["api: CN=api.example.com", `${inChain("api")}: CN=Test Intermediate`].toSorted());
  });

  it("adds to and takes from a trust store", async () => {
    const trust = { ...options, content: "Truststore" } as const;
    const first = await encode({ ...web, trusted: [raw(root)] }, trust);
    const second = await editKeystore(first, { put: { ...web, trusted: [raw(intermediate)] } }, trust);
    const names = async (bytes: Buffer) =>
      (await decode(bytes, { password: ours })).certificates.map(({ alias, trusted }) => [
        alias?.toLowerCase(),
        trusted,
      ]);
    expect(await names(second)).toEqual([
      ["test root", true],
      ["test intermediate", true],
    ]);
    expect(await names(await editKeystore(second, { remove: ["Test Root", "not there"] }, trust))).toEqual([
      ["test intermediate", true],
    ]);
  });

  it.each<[string, Partial<EditOptions>, string]>([
    ["another password", { password: theirs }, "WrongPassword"],
    ["the other format", { format: format === "JKS" ? "PKCS12" : "JKS" }, "UnsupportedStoreType"],
    ["more bytes than the limit", { limits: { bytes: 10 } }, "LimitExceeded"],
  ])("refuses %s", async (_what, changed, code) => {
    const editing = editKeystore(await shared(), {}, { ...options, ...changed });
    await expect(editing).rejects.toMatchObject({ code });
  });
});

describe("editKeystore", () => {
  it("copies entries of a JKS byte for byte, unopened", async () => {
    const before = keytoolJks.subarray(12, -20);
    const password = Buffer.from("pässwörd");
    const edited = await editKeystore(keytoolJks, { put: web }, { format: "JKS", password, alias: "web" });
    expect(edited.subarray(12, 12 + before.length)).toEqual(before);
    const undone = await editKeystore(edited, { remove: ["WEB"] }, { format: "JKS", password });
    expect(undone).toEqual(keytoolJks);
  });

  it("does not touch a JCEKS, which is read only", async () => {
    const password = Buffer.from("changeit");
    const editing = editKeystore(keytoolJceks, { remove: ["web"] }, { format: "JKS", password });
    await expect(editing).rejects.toThrow("The value there is JCEKS, not JKS");
  });

  it("makes no MAC for a PKCS#12 keystore that has none", async () => {
    const bare = await encode(api, { format: "PKCS12", profile: "Passwordless", alias: "api" });
    const editing = editKeystore(bare, { put: web }, { format: "PKCS12", password: ours });
    await expect(editing).rejects.toMatchObject({ code: "NotAuthenticated" });
    const open = await editKeystore(bare, { put: web }, { format: "PKCS12", profile: "Passwordless" });
    expect((await decode(open)).keys).toHaveLength(2);
  });
});
