import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesStore, password } from "../../../test/fixtures/files-store.ts";
import { chainFor, issue, type Issued } from "../../../test/fixtures/pki.ts";
import { desiredOf, differences } from "../../../test/fixtures/place.ts";
import type { FilesystemTarget } from "../../crds/index.ts";
import { bundleOf, decode, editKeystore } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";

const signal = AbortSignal.timeout(120_000);
const [today, before] = [Buffer.from("of-today"), Buffer.from("of-before")];
let chain: { root: Issued; intermediate: Issued; leaf: Issued };
let renewed: Issued;
let files: FilesStore;

beforeAll(async () => {
  chain = await chainFor("web.example.com");
  renewed = await issue({ subject: "CN=web.example.com", issuer: chain.intermediate, dnsNames: ["web.example.com"] });
});
beforeEach(async () => {
  files = await FilesStore.create();
});
afterEach(() => files.delete());

const wanted = (leaf = chain.leaf): Promise<Desired> =>
  desiredOf(leaf, undefined, chain.intermediate.pem + chain.root.pem);
const bytesOf = (path: string): Promise<Buffer> => readFile(join(files.directory, path));
const aliasesIn = async (path: string, secret = today) =>
  (await decode(await bytesOf(path), { password: secret })).keys.map(({ alias }) => alias);

/** As another program would add an entry of its own. */
async function addTheirs(path: string, format: "PKCS12" | "JKS", secret = today): Promise<void> {
  const other = await issue({ subject: "CN=api.example.com", issuer: chain.intermediate });
  const put = bundleOf(await decode(Buffer.from(other.pem + other.keyPem)), { now: new Date() });
  await writeFile(
    join(files.directory, path),
    await editKeystore(await bytesOf(path), { put }, { format, password: secret, alias: "api" }),
  );
}

const keystores = ["PKCS12", "JKS"] as const;
const store = (format: "PKCS12" | "JKS", secret = "today", previous?: string) => ({
  path: "web.store",
  format,
  passwordSecretRef: password(secret),
  ...(previous === undefined ? {} : { previousPasswordSecretRef: password(previous) }),
});

describe("an output of a file", () => {
  it.each<FilesystemTarget["outputs"][number]>([
    { path: "f", format: "PEM" },
    { path: "f", format: "PEM", content: "All" },
    { path: "f", format: "PEM", content: "Chain" },
    { path: "f", format: "CombinedPEM" },
    { path: "f", format: "DER" },
    { path: "f", format: "DER", content: "Key" },
    { path: "f", format: "PKCS7" },
    { path: "f", format: "JKS", passwordSecretRef: password("today"), truststorePath: "trust" },
    ...(["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026"] as const).map((profile) => ({
      path: "f",
      format: "PKCS12" as const,
      profile,
      passwordSecretRef: password("today"),
      truststorePath: "trust",
    })),
    { path: "f", format: "PKCS12", profile: "Passwordless" },
  ])("is written once and then left alone: %o", async (output) => {
    const place = files.place(output);
    const seen = await files.write(place, await wanted());
    expect(differences(seen)).toEqual([]);
    const { mtimeMs } = await stat(join(files.directory, "f"));
    const again = (await files.again()).place(output);
    expect(differences(await again.observe(await wanted(), signal))).toEqual([]);
    expect((await stat(join(files.directory, "f"))).mtimeMs).toBe(mtimeMs);
    const secret = output.passwordSecretRef === undefined ? undefined : today;
    const { certificates, keys } = await decode(await bytesOf("f"), { password: secret });
    expect(certificates.length + keys.length).toBeGreaterThan(0);
  });

  it.each(keystores)("as %s is made anew with another password, though nobody keeps the one before", async (format) => {
    await files.write(files.place(store(format, "before")), await wanted());
    const place = files.place(store(format));
    expect(differences(await place.observe(await wanted(), signal))).toEqual(["file web.store: it does not open"]);
    expect(differences(await files.write(place, await wanted()))).toEqual([]);
    expect(await aliasesIn("web.store")).toEqual(["certificate"]);
  });
});

it("a keystore is made anew once when its profile changes, though both open with the same password", async () => {
  const output = { ...store("PKCS12"), format: "PKCS12" as const };
  await files.write(files.place(output), await wanted());
  const place = files.place({ ...output, profile: "LegacyDES" });
  expect(differences(await place.observe(await wanted(), signal))).toEqual(["file web.store: profile"]);
  expect(differences(await files.write(place, await wanted()))).toEqual([]);
  const again = (await files.again()).place({ ...output, profile: "LegacyDES" });
  expect(differences(await again.observe(await wanted(), signal))).toEqual([]);
});

describe.each(keystores)("entries of others in %s", (format) => {
  it("are kept when ours is renewed", async () => {
    const place = files.place(store(format));
    await files.write(place, await wanted());
    await addTheirs("web.store", format);
    expect(differences(await place.observe(await wanted(), signal))).toEqual([]);
    expect(differences(await files.write(place, await wanted(renewed)))).toEqual([]);
    expect(new Set(await aliasesIn("web.store"))).toEqual(new Set(["api", "certificate"]));
  });

  it("block another password until the one before is named", async () => {
    await files.write(files.place(store(format, "before")), await wanted());
    await addTheirs("web.store", format, before);
    const closed = await files.place(store(format)).observe(await wanted(), signal);
    expect(closed).toMatchObject({ obstacle: { reason: "CannotOpen" } });
    await files.write(files.place(store(format, "today", "before")), await wanted());
    const bytes = await bytesOf("web.store");
    const ours = await decode(bytes, { password: today, alias: "certificate" });
    // Theirs keeps the password of its own.
    const theirs = await decode(bytes, { password: today, keyPassword: before, alias: "api" });
    expect([ours, theirs].map(({ keys }) => keys[0]?.alias)).toEqual(["certificate", "api"]);
  });

  it("stay when ours is removed", async () => {
    const place = files.place(store(format));
    await files.write(place, await wanted());
    await addTheirs("web.store", format);
    expect(await files.remove(place, "me/StoreDeployment/shop/web/t")).toEqual({});
    expect(await aliasesIn("web.store")).toEqual(["api"]);
  });

  it("keep a file that no output names any more", async () => {
    const pem = { path: "web.crt", format: "PEM" } as const;
    await files.write(files.place(pem, store(format)), await wanted());
    await addTheirs("web.store", format);
    await files.write(files.place(pem), await wanted());
    expect(await files.files()).toEqual(["web.crt", "web.store"]);
  });
});
