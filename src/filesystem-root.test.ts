import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedRoot } from "./filesystem-root.ts";

const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "certferry-root-")));
});
afterEach(() => rm(root, { recursive: true }));

describe("--filesystem-root", () => {
  it("is a folder, without the links that lead to it", async () => {
    await mkdir(join(root, "real"));
    await symlink(join(root, "real"), join(root, "link"));
    expect(await checkedRoot(join(root, "link"))).toBe(join(root, "real"));
  });

  it("is refused where it does not exist or is a file", async () => {
    await expect(checkedRoot(join(root, "none"))).rejects.toThrow("does not exist; mount a volume there");
    await writeFile(join(root, "file"), "x");
    await expect(checkedRoot(join(root, "file"))).rejects.toThrow("is no folder, or may not be read");
  });

  it("is refused where a link leads to /", async () => {
    await symlink("/", join(root, "link"));
    await expect(checkedRoot(join(root, "link"))).rejects.toThrow("--filesystem-root must not be /");
  });

  it.each(["/run", "/var", "/var/run"])("is refused where tokens are mounted below it: %s", async (path) => {
    await expect(checkedRoot(path)).rejects.toThrow(/must not be, hold or lie in \/(var\/)?run\/secrets/);
  });

  it("is refused where it holds the token of a ServiceAccount that is mounted elsewhere", async () => {
    await writeFile(join(root, "token"), `${token}\n`);
    await expect(checkedRoot(root)).rejects.toThrow(`${root} must not be, hold or lie in ${root}`);
  });

  it.each([
    ["below it", "certs", ""],
    ["above it", "", "certs"],
  ])("is refused where such a token is in a mounted folder %s", async (_, mounted, wanted) => {
    await mkdir(join(root, "certs"));
    await writeFile(join(root, mounted, "token"), token);
    const table = join(await mkdtemp(join(root, "proc-")), "mountinfo");
    await writeFile(
      table,
      `36 35 98:0 / ${join(root, mounted).replace(/\/$/, "")} rw,noatime master:1 - tmpfs tmpfs rw\n`,
    );
    await expect(checkedRoot(join(root, wanted), table)).rejects.toThrow("where tokens of a ServiceAccount are");
  });

  it("that cannot be used ends the operator with the exit code of wrong usage", { timeout: 60_000 }, () => {
    const main = join(import.meta.dirname, "main.ts");
    const { status, stderr } = spawnSync(process.execPath, [main, `--filesystem-root=${root}/none`], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^certferry: --filesystem-root: \S+\/none does not exist; mount a volume there\n$/),
    ]);
  });

  it("may hold a file that is called token and is none", async () => {
    await writeFile(join(root, "token"), "not a token");
    expect(await checkedRoot(root)).toBe(root);
  });
});
