import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesStore, openStore, placeIn } from "../../../test/fixtures/files-store.ts";
import { issue, type Issued } from "../../../test/fixtures/pki.ts";
import { desiredOf, differences } from "../../../test/fixtures/place.ts";

const signal = AbortSignal.timeout(120_000);
const crt = { path: "web.crt", format: "PEM" } as const;
const mark = "me/StoreDeployment/shop/web/t";
let leaf: Issued;
let files: FilesStore;

beforeAll(async () => {
  leaf = await issue({ subject: "CN=one.example.com", dnsNames: ["one.example.com"] });
});
beforeEach(async () => {
  files = await FilesStore.create();
});
afterEach(() => files.delete());

const volumeFile = () => join(files.directory, ".certferry/volume");

/** Another volume takes the place of the one that is there. */
async function swap(): Promise<void> {
  await rename(files.directory, `${files.directory}.gone`);
  await mkdir(files.directory);
}

describe("the volume of a store", () => {
  it("gets its id when the first write is made ready, and not by a look", async () => {
    const place = files.place(crt);
    await place.observe(await desiredOf(leaf), signal);
    await files.store.check(signal);
    await expect(readFile(volumeFile())).rejects.toThrow("ENOENT");
    await place.prepare?.(signal);
    expect(place.address).toBe(`filesystem:${(await readFile(volumeFile(), "utf8")).trim()}`);
  });

  it("has one id, whoever comes first", async () => {
    const other = await files.again();
    await files.place(crt).prepare?.(signal);
    await expect(other.place(crt).prepare?.(signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    expect(other.place(crt).address).toBe(files.place(crt).address);
  });

  it("is made ready for the next place where it could not be for one", async () => {
    const other = await files.again();
    const early = other.place(crt);
    await files.place(crt).prepare?.(signal);
    await expect(early.prepare?.(signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    expect(differences(await other.write(other.place(crt), await desiredOf(leaf)))).toEqual([]);
  });

  it("takes many first writes at once", async () => {
    const paths = Array.from({ length: 12 }, (_, index) => `deep/er/${index}.crt`);
    const write = async (path: string): Promise<unknown> =>
      differences(await files.write(files.place({ ...crt, path }), await desiredOf(leaf, `me/K/n/${path}`)));
    expect(await Promise.all(paths.map(write))).toEqual(paths.map(() => []));
    expect(await files.files()).toEqual(paths.toSorted());
  });

  it("is noticed to be another one, or not mounted, before anything is written", async () => {
    const { address } = files.place(crt);
    const made = files.place(crt);
    await files.write(made, await desiredOf(leaf));
    await swap();
    await expect(made.observe(await desiredOf(leaf), signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    const different = { name: "BlockedError", reason: "DifferentVolume" };
    for (const store of [files.store, await openStore(files.root)]) {
      const place = placeIn(store, [crt], address);
      expect(place.address).toBe(address);
      await expect(place.observe(await desiredOf(leaf), signal)).rejects.toMatchObject(different);
      await expect(place.prepare?.(signal)).rejects.toMatchObject(different);
    }
    expect(await files.files()).toEqual([]);
    await rm(files.directory, { recursive: true });
    const place = placeIn(files.store, [crt], address);
    await expect(place.observe(await desiredOf(leaf), signal)).rejects.toMatchObject(different);
  });

  it("is noticed by every place, also by those that come after the first to notice", async () => {
    const [one, two] = [files.place(crt), files.place({ ...crt, path: "two.crt" })];
    await files.write(one, await desiredOf(leaf));
    const seen = await two.observe(await desiredOf(leaf), signal);
    await swap();
    await files.write((await files.again()).place({ ...crt, path: "three.crt" }), await desiredOf(leaf));
    await expect(one.observe(await desiredOf(leaf), signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    await expect(two.prepare?.(signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    await expect(two.put(await desiredOf(leaf), seen, signal)).rejects.toMatchObject({ reason: "VolumeChanged" });
    expect(await files.files()).toEqual(["three.crt"]);
  });

  it("is written to for whoever has never written there", async () => {
    await files.write(files.place(crt), await desiredOf(leaf));
    await swap();
    await files.store.check(signal);
    expect(differences(await files.write(files.place(crt), await desiredOf(leaf)))).toEqual([]);
  });

  it("takes another one's place when a person gives it the other one's id", async () => {
    const { address } = files.place(crt);
    await files.write(files.place(crt), await desiredOf(leaf));
    await swap();
    const place = placeIn(files.store, [crt], address);
    const told = /write ([0-9a-f-]+) into (\S+)\.$/;
    const message = await place.observe(await desiredOf(leaf), signal).then(
      () => "",
      (error: Error) => error.message,
    );
    const [, id = "", path = ""] = told.exec(message) ?? [];
    await mkdir(join(path, ".."));
    await writeFile(path, id);
    expect(differences(await place.observe(await desiredOf(leaf), signal))).toBe("Absent");
  });

  it("is the same when it is back", async () => {
    const { address } = files.place(crt);
    await files.write(files.place(crt), await desiredOf(leaf));
    await swap();
    const place = placeIn(files.store, [crt], address);
    await expect(place.observe(await desiredOf(leaf), signal)).rejects.toMatchObject({ reason: "DifferentVolume" });
    await rm(files.directory, { recursive: true });
    await rename(`${files.directory}.gone`, files.directory);
    expect(differences(await place.observe(await desiredOf(leaf), signal))).toEqual([]);
  });

  it("must read as an id", async () => {
    await files.place(crt).prepare?.(signal);
    await writeFile(volumeFile(), "\u0000");
    await expect(openStore(files.root)).rejects.toMatchObject({ name: "BlockedError", reason: "VolumeUnreadable" });
  });

  it("is where removal looks, and no other", async () => {
    const place = files.place(crt);
    await files.write(place, await desiredOf(leaf));
    await swap();
    await expect(files.remove(place, mark)).rejects.toMatchObject({ name: "BlockedError", reason: "DifferentVolume" });
    await rm(files.directory, { recursive: true });
    await expect(files.remove(place, mark)).rejects.toMatchObject({ reason: "DifferentVolume" });
  });
});

describe("a store in the directory of another one", () => {
  it("is refused, whichever was first", async () => {
    await files.write(files.place(crt), await desiredOf(leaf));
    const create = (directory: string) => openStore(files.root, directory);
    await expect(create("edge/inner")).rejects.toMatchObject({ name: "BlockedError", reason: "NestedStore" });

    const inner = await create("outer/inner");
    await placeIn(inner, [crt]).prepare?.(signal);
    const outer = placeIn(await create("outer"), [{ ...crt, path: "inner/web.crt" }]);
    await expect(outer.observe(await desiredOf(leaf), signal)).rejects.toMatchObject({ reason: "NestedStore" });
  });
});
