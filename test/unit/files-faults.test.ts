import { execFileSync } from "node:child_process";
import { chmod, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesProgram } from "../fixtures/files-program.ts";
import { FilesStore } from "../fixtures/files-store.ts";
import { issue, type Issued } from "../fixtures/pki.ts";
import { desiredOf, differences } from "../fixtures/place.ts";
import { mayMount, SmallVolume } from "../fixtures/small-volume.ts";

const signal = AbortSignal.timeout(600_000);
const nobody = 65_534;
const pair = [
  { path: "web/tls.crt", format: "PEM" },
  { path: "web/tls.key", format: "PEM", content: "Key" },
] as const;
let first: Issued;
let second: Issued;

beforeAll(async () => {
  first = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
  second = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
});

async function holdsFirst(files: FilesStore): Promise<void> {
  expect([await files.text("web/tls.crt"), await files.text("web/tls.key")]).toEqual([first.pem, first.keyPem]);
  expect(await files.files()).toEqual(["web/tls.crt", "web/tls.key"]);
}

describe("where the operator's user may not", () => {
  let program: FilesProgram;
  let files: FilesStore;
  beforeAll(async () => {
    program = await FilesProgram.build();
  });
  afterAll(() => program.delete());
  beforeEach(async () => {
    files = await FilesStore.create();
    await chmod(files.root, 0o755);
  });
  afterEach(async () => {
    await chmod(files.root, 0o755);
    await files.delete();
  });

  const run = async () =>
    program.run(files.root, { pem: second.pem, keyPem: second.keyPem, outputs: [...pair], uid: nobody });

  it("make the directory, it says what and as whom", async () => {
    await chmod(files.root, 0o555);
    expect(await run()).toEqual({
      outcome: "BlockedError",
      reason: "AccessDenied",
      message: expect.stringMatching(
        new RegExp(`^The operator \\(uid [0-9]+\\) may not create ${files.directory}\\. Give it the right`),
      ),
    });
  });

  it("read a private key, nothing is written", async () => {
    await files.write(files.place(...pair), await desiredOf(first));
    for (const folder of [".certferry", ".certferry/marks", ".certferry/paths"]) {
      await chmod(join(files.directory, folder), 0o755);
    }
    await chmod(join(files.directory, "web/tls.key"), 0);
    execFileSync("chmod", ["-R", "a+r", join(files.directory, ".certferry")]);
    await chmod(join(files.directory, "web"), 0o777);
    await chmod(files.directory, 0o777);
    const message = expect.stringContaining(`may not look at ${files.directory}/web/tls`);
    expect(await run()).toMatchObject({ outcome: "BlockedError", reason: "AccessDenied", message });
    await holdsFirst(files);
  });
});

describe.skipIf(!mayMount)("where the file system", () => {
  let volume: SmallVolume;
  let files: FilesStore;
  beforeEach(async () => {
    volume = await SmallVolume.mount("64k");
    files = await FilesStore.create(volume.path);
    await files.write(files.place(...pair), await desiredOf(first));
  });
  afterEach(() => volume.unmount());

  /** Leaves so many pages free. */
  async function fill(free: number): Promise<void> {
    const { bavail, bsize } = await statfs(volume.path);
    await writeFile(join(volume.path, "filler"), Buffer.alloc((bavail - free) * bsize));
  }

  it.each([0, 1])("is full but for %i pages, the old files stay whole and nothing is left behind", async (free) => {
    await fill(free);
    const place = files.place(...pair);
    const wanted = await desiredOf(second);
    const seen = await place.observe(wanted, signal);
    const error = { name: "TransientError", reason: "NoSpace", happened: "no" };
    await expect(place.put(wanted, seen, signal)).rejects.toMatchObject(error);
    await holdsFirst(files);
    await rm(join(volume.path, "filler"));
    expect(differences(await files.write(place, wanted))).toEqual([]);
    expect(await files.text("web/tls.key")).toBe(second.keyPem);
  });

  it("has room for the new files beside the old ones, they are written", async () => {
    await fill(2);
    expect(differences(await files.write(files.place(...pair), await desiredOf(second)))).toEqual([]);
  });

  it("is full at the first delivery, nothing is claimed", async () => {
    await fill(0);
    const other = { path: "other.crt", format: "PEM" } as const;
    const wanted = await desiredOf(second, "me/StoreDeployment/shop/other/t");
    await expect(files.write(files.place(other), wanted)).rejects.toMatchObject({ reason: "NoSpace" });
    await holdsFirst(files);
    expect(differences(await files.place(other).observe(wanted, signal))).toBe("Absent");
  });

  it("is read-only, it says so", async () => {
    volume.remount("ro");
    const write = files.write(files.place(...pair), await desiredOf(second));
    await expect(write).rejects.toMatchObject({ name: "BlockedError", reason: "ReadOnly" });
    await holdsFirst(files);
  });
});
