import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesStore } from "../../../test/fixtures/files-store.ts";
import { issue, type Issued } from "../../../test/fixtures/pki.ts";
import { desiredOf, differences } from "../../../test/fixtures/place.ts";

const signal = AbortSignal.timeout(120_000);
const crt = { path: "lb/web.crt", format: "PEM" } as const;
const key = { path: "lb/web.key", format: "PEM", content: "Key" } as const;
let issuer: Issued;
let first: Issued;
let second: Issued;
let files: FilesStore;

beforeAll(async () => {
  issuer = await issue({ subject: "CN=Files CA", ca: true });
  first = await issue({ subject: "CN=one.example.com", issuer, dnsNames: ["one.example.com"] });
  second = await issue({ subject: "CN=two.example.com", issuer, dnsNames: ["two.example.com"] });
});
beforeEach(async () => {
  files = await FilesStore.create();
});
afterEach(() => files.delete());

async function modeOf(path: string): Promise<string> {
  return ((await stat(join(files.directory, path))).mode & 0o777).toString(8);
}

describe("a place of files", () => {
  it("is absent, then holds what was written, then differs from the next certificate", async () => {
    const place = files.place(crt, key);
    expect(differences(await place.observe(await desiredOf(first), signal))).toBe("Absent");
    expect(differences(await files.write(place, await desiredOf(first)))).toEqual([]);
    expect([await files.text("lb/web.crt"), await files.text("lb/web.key")]).toEqual([first.pem, first.keyPem]);
    const seen = await place.observe(await desiredOf(second), signal);
    expect(differences(seen)).toEqual(["file lb/web.crt", "file lb/web.key"]);
    expect(seen).toMatchObject({
      leaf: { subject: "CN=one.example.com" },
      holders: { ours: true, others: [], foreign: false },
    });
  });

  it("is known again by an operator that is started anew", async () => {
    const place = files.place(crt, key);
    await files.write(place, await desiredOf(first));
    const again = (await files.again()).place(crt, key);
    expect(again.address).toBe(place.address);
    const seen = await again.observe(await desiredOf(first), signal);
    expect(seen).toMatchObject({ differs: [], holders: { ours: true } });
  });

  it("is readable to its owner alone, or to its group as well where that is said", async () => {
    await files.write(files.place({ ...crt, mode: "0640" }, key), await desiredOf(first));
    expect([await modeOf("lb/web.crt"), await modeOf("lb/web.key")]).toEqual(["640", "600"]);
    expect([await modeOf("lb"), await modeOf(".certferry/volume")]).toEqual(["750", "600"]);
  });

  it("differs when its mode is another one, and gets it back", async () => {
    const place = files.place(crt, key);
    await files.write(place, await desiredOf(first));
    await chmod(join(files.directory, "lb/web.key"), 0o644);
    expect(differences(await place.observe(await desiredOf(first), signal))).toEqual(["mode of lb/web.key"]);
    expect(differences(await files.write(place, await desiredOf(first)))).toEqual([]);
    expect(await modeOf("lb/web.key")).toBe("600");
  });

  it("keeps a file that holds what it shall untouched when another one is repaired", async () => {
    const place = files.place(crt, key);
    await files.write(place, await desiredOf(first));
    const { ino } = await stat(join(files.directory, "lb/web.key"));
    await writeFile(join(files.directory, "lb/web.crt"), "spoilt");
    await files.write(place, await desiredOf(first));
    expect((await stat(join(files.directory, "lb/web.key"))).ino).toBe(ino);
    expect(await files.text("lb/web.crt")).toBe(first.pem);
  });

  it("is not written when it has changed since the look", async () => {
    const place = files.place(crt, key);
    await files.write(place, await desiredOf(first));
    const seen = await place.observe(await desiredOf(second), signal);
    await writeFile(join(files.directory, "lb/web.crt"), "somebody's");
    expect(await place.put(await desiredOf(second), seen, signal)).toEqual({ outcome: "Changed" });
    expect(await files.text("lb/web.crt")).toBe("somebody's");
  });

  it("is not written over what came to be there since the look found nothing", async () => {
    const place = files.place(crt);
    const absent = await place.observe(await desiredOf(first), signal);
    await place.prepare?.(signal);
    await mkdir(join(files.directory, "lb"));
    await writeFile(join(files.directory, "lb/web.crt"), "somebody's");
    expect(await place.put(await desiredOf(first), absent, signal)).toEqual({ outcome: "Changed" });
    expect(await files.text("lb/web.crt")).toBe("somebody's");
  });

  it("names another's mark on the same file, and what lies there without a mark", async () => {
    await files.write(files.place(crt), await desiredOf(first, "you/K/n/x"));
    const marked = await files.place(crt).observe(await desiredOf(first), signal);
    expect(marked).toMatchObject({ holders: { ours: false, others: ["you/K/n/x"], foreign: false } });
    await writeFile(join(files.directory, "strange.crt"), second.pem);
    const strange = await files.place({ ...crt, path: "strange.crt" }).observe(await desiredOf(first), signal);
    expect(strange).toMatchObject({
      holders: { ours: false, others: [], foreign: true },
      leaf: { subject: "CN=two.example.com" },
    });
  });

  it("is foreign as a whole when an output is added where somebody's file lies, whose certificate then counts", async () => {
    await files.write(files.place(crt), await desiredOf(first));
    await writeFile(join(files.directory, "lb/web.key"), "somebody's");
    const seen = await files.place(crt, key).observe(await desiredOf(first), signal);
    expect(seen).toMatchObject({ holders: { ours: false, foreign: true } });
    expect(seen).not.toHaveProperty("leaf");
  });

  it("takes a file over for good: the other's mark names it no longer", async () => {
    await files.write(files.place(crt), await desiredOf(first, "me/K/n/other"));
    const seen = await files.write(files.place(crt), await desiredOf(second));
    expect(seen).toMatchObject({ holders: { ours: true, others: [], foreign: false }, differs: [] });
    const back = await files.place(crt).observe(await desiredOf(first, "me/K/n/other"), signal);
    expect(back).toMatchObject({ holders: { ours: false, others: ["me/StoreDeployment/shop/web/t"] } });
  });

  it("loses a file that the spec names no longer, unless somebody has changed it", async () => {
    await files.write(files.place(crt, key, { path: "old.crt", format: "PEM" }), await desiredOf(first));
    await writeFile(join(files.directory, "old.crt"), "somebody's");
    const place = files.place(crt);
    const seen = await place.observe(await desiredOf(first), signal);
    expect(differences(seen)).toEqual(["file lb/web.key, no longer wanted", "file old.crt, no longer wanted"]);
    expect(differences(await files.write(place, await desiredOf(first)))).toEqual([]);
    expect(await files.files()).toEqual(["lb/web.crt", "old.crt"]);
  });

  it("holds TLS as three files of a folder", async () => {
    const wanted = await desiredOf(first, undefined, issuer.pem);
    await files.write(files.place({ path: "web", format: "TLS" }), wanted);
    expect(await files.files()).toEqual(["web/ca.crt", "web/tls.crt", "web/tls.key"]);
    expect(await files.text("web/ca.crt")).toBe(issuer.pem);
  });

  it("does not mind somebody's file where it would write none", async () => {
    await files.write(files.place({ path: "web", format: "TLS" }), await desiredOf(first));
    await writeFile(join(files.directory, "web/ca.crt"), "somebody's");
    const seen = await files.place({ path: "web", format: "TLS" }).observe(await desiredOf(first), signal);
    expect(seen).toMatchObject({ differs: [], holders: { ours: true, foreign: false } });
  });

  it("needs the key only where an output does", async () => {
    const wanted = await desiredOf(first);
    const { key: _key, ...bundle } = wanted.bundle;
    const without = { ...wanted, bundle };
    expect(differences(await files.place(crt).observe(without, signal))).toBe("Absent");
    await expect(files.place(key).observe(without, signal)).rejects.toMatchObject({ reason: "NoPrivateKey" });
  });

  it("leaves everything as it is when it is cancelled before the first file takes its place", async () => {
    const place = files.place(crt, key);
    await files.write(place, await desiredOf(first));
    const seen = await place.observe(await desiredOf(second), signal);
    await expect(place.put(await desiredOf(second), seen, AbortSignal.abort())).rejects.toMatchObject({
      reason: "TimedOut",
      happened: "no",
    });
    expect(await files.files()).toEqual(["lb/web.crt", "lb/web.key"]);
    expect(differences(await place.observe(await desiredOf(first), signal))).toEqual([]);
  });
});

describe("what is no regular file", () => {
  const look = async (path: string) => files.place({ path, format: "PEM" }).observe(await desiredOf(first), signal);

  beforeEach(async () => {
    await files.write(files.place(crt), await desiredOf(first));
  });

  it.each<[string, (path: string) => unknown, string]>([
    ["a link", (path) => symlink("/etc/hostname", path), "a link, and links are not followed"],
    ["a link to nothing", (path) => symlink("/nowhere", path), "a link, and links are not followed"],
    ["a pipe", (path) => execFileSync("mkfifo", [path]), "no regular file"],
    ["a folder", (path) => mkdir(path), "no regular file"],
    ["larger than anything of ours", (path) => writeFile(path, Buffer.alloc(9 << 20)), "larger than 8 MiB"],
  ])("is refused where a file shall be: %s", async (_, make, what) => {
    await make(join(files.directory, "odd"));
    await expect(look("odd")).rejects.toMatchObject({
      name: "BlockedError",
      reason: "NotAFile",
      message: `${files.directory}/odd is ${what}; remove it or choose another path.`,
    });
  });

  it.each<[string, (path: string) => unknown]>([
    ["a link to a folder", (path) => symlink("/tmp", path)],
    ["a file", (path) => writeFile(path, "x")],
  ])("is refused where a folder shall be: %s", async (_, make) => {
    await make(join(files.directory, "odd"));
    await expect(look("odd/web.crt")).rejects.toMatchObject({ name: "BlockedError", reason: "NotAFolder" });
  });

  it("is refused where the store's directory shall be", async () => {
    await rename(files.directory, `${files.directory}.real`);
    await symlink(`${files.directory}.real`, files.directory);
    await expect(look("lb/web.crt")).rejects.toMatchObject({ name: "BlockedError", reason: "NotAFolder" });
  });

  it("is refused when a folder is replaced by a link between look and write; nothing is written behind it", async () => {
    const place = files.place(crt);
    const seen = await place.observe(await desiredOf(second), signal);
    const outside = join(files.root, "outside");
    await rename(join(files.directory, "lb"), outside);
    await symlink(outside, join(files.directory, "lb"));
    const put = place.put(await desiredOf(second), seen, signal);
    await expect(put).rejects.toMatchObject({ name: "BlockedError", reason: "NotAFolder" });
    expect(await readFile(join(outside, "web.crt"), "utf8")).toBe(first.pem);
  });
});

describe("the mark of a target", () => {
  it("is read anew at each look: without it a file is foreign", async () => {
    const place = files.place(crt);
    await files.write(place, await desiredOf(first));
    const folder = join(files.directory, ".certferry/marks");
    const [name = ""] = await readdir(folder);
    await writeFile(join(folder, name), "{}");
    expect(await place.observe(await desiredOf(first), signal)).toMatchObject({
      holders: { ours: false, foreign: true },
      differs: [{ what: "mark" }],
    });
  });

  it("is looked for in the directory alone, wherever a file is said to lead", async () => {
    const place = files.place(crt);
    await files.write(place, await desiredOf(first));
    await mkdir(join(files.root, "other/.certferry"), { recursive: true });
    const folder = join(files.directory, ".certferry/paths");
    const [name = ""] = await readdir(folder);
    await writeFile(join(folder, name), "../../../other/mark");
    expect(differences(await place.observe(await desiredOf(first), signal))).toEqual(["mark"]);
  });

  it("is mended when a file does not lead to it", async () => {
    const place = files.place(crt);
    await files.write(place, await desiredOf(first));
    await rm(join(files.directory, ".certferry/paths"), { recursive: true });
    expect(differences(await place.observe(await desiredOf(first), signal))).toEqual(["mark"]);
    expect(differences(await files.write(place, await desiredOf(first)))).toEqual([]);
  });
});
