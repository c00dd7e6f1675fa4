import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Identity, identitiesIn, keyTypes } from "./identities.ts";
import { certtool } from "./readers/certtool.ts";
import { go } from "./readers/go.ts";
import { keytool } from "./readers/keytool.ts";
import { opensslLegacy } from "./readers/openssl.ts";
import { ours } from "./readers/ours.ts";
import { pk12util } from "./readers/pk12util.ts";
import { type Found, found, type KeystoreReader } from "./readers/reader.ts";
import { writeByCerttool, writeByGo, writeByKeytool, writeByOpenssl, writeByPk12util } from "./writers.ts";

const password = "changeit-42";

let folder: string;
let identities: ReadonlyMap<string, Identity>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "certferry-interop-"));
  identities = new Map((await identitiesIn(folder)).map((identity) => [identity.type, identity]));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function identity(type: string): Identity {
  const made = identities.get(type);
  if (made === undefined) throw new Error(`no identity of type ${type}`);
  return made;
}

type Write = (identity: Identity, password: string, file: string) => Promise<void>;

/** What our reader makes of what a program has written. */
async function readBack(write: Write, type: string): Promise<Found> {
  const file = join(folder, `${crypto.randomUUID()}.p12`);
  await write(identity(type), password, file);
  return ours.read({ file, password, content: "Keystore" });
}

const contentsOf = (type: string): Found => found([identity(type).certificate], [identity(type).key]);
const ec = "EC P-256";

const missing = async (reader: KeystoreReader): Promise<boolean> => (await reader.version()) === undefined;

describe.skipIf(await missing(opensslLegacy))("our reader reads what openssl writes", () => {
  it.each(keyTypes)("with a key of type %s", async (type) => {
    expect(await readBack(writeByOpenssl({}), type)).toEqual(contentsOf(type));
  });

  it.each([
    "PBE-SHA1-RC4-128",
    "PBE-SHA1-RC4-40",
    "PBE-SHA1-3DES",
    "PBE-SHA1-2DES",
    "PBE-SHA1-RC2-128",
    "PBE-SHA1-RC2-40",
    "PBE-MD5-DES",
    "PBE-MD5-RC2-64",
    "PBE-SHA1-DES",
    "PBE-SHA1-RC2-64",
    "AES-128-CBC",
    "AES-192-CBC",
    "AES-256-CBC",
    "CAMELLIA-128-CBC",
    "CAMELLIA-192-CBC",
    "CAMELLIA-256-CBC",
    "DES-EDE3-CBC",
    "DES-CBC",
    "RC2-CBC",
    "NONE",
  ])("encrypted with %s", async (cipher) => {
    expect(await readBack(writeByOpenssl({ cipher }), ec)).toEqual(contentsOf(ec));
  });

  it.each([
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512-224",
    "sha512-256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
  ])("under a MAC with %s", async (mac) => {
    expect(await readBack(writeByOpenssl({ mac }), ec)).toEqual(contentsOf(ec));
  });
});

describe.skipIf(await missing(keytool))("our reader reads what keytool writes", () => {
  it.each(["today", "legacy"] as const)("in its way of %s", async (way) => {
    expect(await readBack(writeByKeytool(way), ec)).toEqual(contentsOf(ec));
  });
});

describe.skipIf(await missing(go))("our reader reads what go-pkcs12 writes", () => {
  it.each(["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026"])("under %s", async (profile) => {
    expect(await readBack(writeByGo(profile), ec)).toEqual(contentsOf(ec));
  });
});

describe.skipIf(await missing(certtool))("our reader reads what certtool writes", () => {
  it.each(["3des-pkcs12", "aes-256", "rc2-40", "arcfour"])("with %s", async (cipher) => {
    expect(await readBack(writeByCerttool(cipher), ec)).toEqual(contentsOf(ec));
  });
});

describe.skipIf(await missing(pk12util))("our reader reads what pk12util writes", () => {
  it.each([
    "AES-256-CBC",
    "CAMELLIA-256-CBC",
    "RC2-CBC",
    "RC4",
    "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC",
    "PKCS #5 Password Based Encryption with MD5 and DES-CBC",
  ])("with %s", async (cipher) => {
    expect(await readBack(writeByPk12util(cipher), ec)).toEqual(contentsOf(ec));
  });
});
