import { beforeAll, describe, expect, it } from "vitest";
import { keytoolList, withSecretKey } from "../../../test/fixtures/keystores.ts";
import { chainFor, issue } from "../../../test/fixtures/pki.ts";
import { type Bundle, bundleOf, decode, editKeystore, encode } from "../../formats/index.ts";
import { type KeystoreLook, type KeystoreSpot, lookAt, written } from "./keystore.ts";
import { isAllOurs, type KeystoreRecord, readRecords } from "./keystore-record.ts";

const [today, before, foreign] = ["of-today", "of-before", "of-others"].map((text) => Buffer.from(text));
let bundle: Bundle;
let renewed: Bundle;
let theirs: Bundle;

beforeAll(async () => {
  const { root, intermediate, leaf } = await chainFor("web.example.com");
  const read = async (...pems: string[]) => bundleOf(await decode(Buffer.from(pems.join(""))), { now: new Date() });
  bundle = await read(leaf.pem, leaf.keyPem, intermediate.pem, root.pem);
  const next = await issue({ subject: "CN=web.example.com", issuer: intermediate });
  renewed = await read(next.pem, next.keyPem, intermediate.pem, root.pem);
  const other = await issue({ subject: "CN=api.example.com", issuer: intermediate });
  theirs = await read(other.pem, other.keyPem, intermediate.pem);
});

const pkcs12: KeystoreSpot = { key: "k", options: { format: "PKCS12", password: today, iterations: 1_000 } };
const jks: KeystoreSpot = { key: "k", options: { format: "JKS", password: today } };
const trust: KeystoreSpot = { key: "t", options: { ...pkcs12.options, content: "Truststore" } };
const both: [string, KeystoreSpot][] = [
  ["PKCS12", pkcs12],
  ["JKS", jks],
];

/** Looks and does what the look asks for. */
async function settled(
  spot: KeystoreSpot,
  wanted: Bundle,
  there: { bytes: Buffer; record?: KeystoreRecord } = { bytes: Buffer.alloc(0) },
): Promise<{ bytes: Buffer; record: KeystoreRecord; look: KeystoreLook }> {
  const look = await lookAt(spot, wanted, there.bytes, there.record);
  if (look.action === "Stop") throw new Error(look.why);
  return { ...(await written(spot, wanted, there.bytes, look, there.record)), look };
}

/** As another program would add an entry of its own. */
function withTheirs({ options }: KeystoreSpot, bytes: Buffer): Promise<Buffer> {
  return editKeystore(bytes, { put: theirs }, { ...options, alias: "api" });
}

const aliases = async (bytes: Buffer, password = today) =>
  (await decode(bytes, { password })).keys.map((key) => key.alias);

describe("a keystore in a place", () => {
  it.each([...both, ["trust store", trust] as [string, KeystoreSpot]])(
    "is built as %s, and then kept",
    async (_, spot) => {
      const first = await settled(spot, bundle);
      expect(first.look).toEqual({ action: "Build", what: "it is missing" });
      expect(isAllOurs(first.bytes, first.record)).toBe(true);
      const again = await settled(spot, bundle, first);
      expect(again.look.action).toBe("Keep");
      expect(again.bytes.equals(first.bytes)).toBe(true);
      expect(again.record).toEqual(first.record);
    },
  );

  it("has a record of what we wrote, without anything secret", async () => {
    const { record } = await settled({ ...pkcs12, options: { ...pkcs12.options, alias: "web" } }, bundle);
    expect(record).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      profile: "Modern2023",
      aliases: ["web"],
    });
    expect(readRecords(JSON.parse(JSON.stringify({ k: record })))).toEqual({ k: record });
  });

  it.each(both)(
    "is built anew as %s for a renewed certificate, and tells the leaf that lies there",
    async (_, spot) => {
      const first = await settled(spot, bundle);
      const look = await lookAt(spot, renewed, first.bytes, first.record);
      expect(look).toEqual({ action: "Build", what: "entries", leaf: bundle.leaf });
    },
  );

  it("is built anew for another password without the one before, since all in it is ours", async () => {
    const first = await settled({ ...jks, options: { ...jks.options, password: before } }, bundle);
    const second = await settled(jks, bundle, first);
    expect(second.look).toMatchObject({ action: "Build", what: "it does not open" });
    expect(await aliases(second.bytes)).toEqual(["certificate"]);
  });

  it("is built anew for another profile, alias or format", async () => {
    const first = await settled(pkcs12, bundle);
    const look = (options: KeystoreSpot["options"]) => lookAt({ key: "k", options }, bundle, first.bytes, first.record);
    expect(await look({ ...pkcs12.options, format: "PKCS12", profile: "LegacyDES" })).toMatchObject({
      what: "profile",
    });
    expect(await look({ ...pkcs12.options, alias: "web" })).toMatchObject({ action: "Build", what: "entries" });
    expect(await look(jks.options)).toMatchObject({ action: "Build", what: "it is PKCS12" });
  });

  it.each(both)("is kept as %s where somebody else has written the same into it", async (_, spot) => {
    const { record } = await settled(spot, bundle);
    const bytes = await encode(bundle, spot.options);
    expect(await lookAt(spot, bundle, bytes, record)).toEqual({ action: "Keep", record, leaf: bundle.leaf });
  });

  it.each(both)(
    "keeps entries of others as %s when ours is renewed, renamed and gets another password",
    async (_, spot) => {
      const first = await settled({ ...spot, options: { ...spot.options, password: before, alias: "old" } }, bundle);
      const bytes = await withTheirs({ ...spot, options: { ...spot.options, password: before } }, first.bytes);
      const next = { ...spot, options: { ...spot.options, alias: "new" }, previous: before };
      const second = await settled(next, renewed, { bytes, record: first.record });
      expect(second.look).toMatchObject({ action: "Edit", what: "password" });
      expect(second.record).toMatchObject({ aliases: ["new"], shared: true });
      const opened = await decode(second.bytes, { password: today, keyPassword: before });
      expect(opened.keys.map(({ alias }) => alias)).toEqual(expect.arrayContaining(["api", "new"]));
      expect(opened.keys).toHaveLength(2);
      const third = await settled(next, renewed, second);
      expect(third.look.action).toBe("Keep");
    },
  );

  it("keeps what is neither certificate nor private key", async () => {
    const spot: KeystoreSpot = { ...pkcs12, options: { ...pkcs12.options, alias: "web" } };
    const first = await settled(spot, bundle);
    const bytes = withSecretKey(first.bytes, "of-today", "aes");
    const second = await settled(spot, renewed, { bytes, record: first.record });
    expect(second.look).toMatchObject({ action: "Edit", what: "entries" });
    expect(keytoolList(second.bytes, "of-today")).toMatch(/aes, .*SecretKeyEntry/);
    expect((await settled(spot, renewed, second)).look.action).toBe("Keep");
  });

  it("stops where it opens with no password and others may have entries in it", async () => {
    const bytes = await encode(bundle, { ...jks.options, password: foreign });
    const look = await lookAt({ ...jks, previous: before }, bundle, bytes, undefined);
    expect(look).toMatchObject({ action: "Stop", why: expect.stringContaining("password") });
    expect(JSON.stringify(look)).not.toMatch(/of-today|of-before|of-others/);
  });

  it("stops where entries of others cannot go along into another format", async () => {
    const first = await settled(pkcs12, bundle);
    const bytes = await withTheirs(pkcs12, first.bytes);
    expect(await lookAt(jks, bundle, bytes, first.record)).toEqual({
      action: "Stop",
      why: "It is PKCS12 and holds entries of others (api), which cannot go into JKS.",
    });
  });

  it("is built over what is no keystore at all", async () => {
    const look = await lookAt(pkcs12, bundle, Buffer.from("hello"), undefined);
    expect(look).toEqual({ action: "Build", what: "it does not open" });
  });

  it("as JKS needs the private key, as PKCS12 it does not", async () => {
    const { key: _key, ...publicOnly } = bundle;
    await expect(lookAt(jks, publicOnly, Buffer.alloc(0), undefined)).rejects.toMatchObject({ code: "NoPrivateKey" });
    const { bytes } = await settled(pkcs12, publicOnly);
    expect((await lookAt(pkcs12, publicOnly, bytes, undefined)).action).toBe("Keep");
  });
});

describe("records in a mark", () => {
  it.each([
    ["no object", "x"],
    ["an entry without digest", { k: { profile: "JKS", aliases: [] } }],
    ["an entry without aliases", { k: { sha256: "0", profile: "JKS" } }],
  ])("that are %s are none", (_, value) => {
    expect(readRecords(value)).toEqual({});
  });

  it("of other bytes, or of a keystore that is shared, do not make it all ours", () => {
    // printf a | sha256sum
    const record = {
      sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
      profile: "JKS",
      aliases: [],
    };
    expect(isAllOurs(Buffer.from("a"), record)).toBe(true);
    expect(isAllOurs(Buffer.from("b"), record)).toBe(false);
    expect(isAllOurs(Buffer.from("a"), { ...record, shared: true })).toBe(false);
    expect(isAllOurs(Buffer.from("a"), undefined)).toBe(false);
  });
});
