import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const source = join(import.meta.dirname, "go");
let built: Promise<string> | undefined;

/** The program in `go/`, built once and kept in `$XDG_CACHE_HOME/certferry/interop/`. About half a minute with nothing in Go's caches. */
export function goProgram(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(source, file)));
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "certferry", "interop");
  const program = join(cache, `pkcs12-${hash.digest("hex").slice(0, 8)}`);
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const work = `${program}.${process.pid}`;
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
  await promisify(execFile)("go", ["build", "-trimpath", "-o", work, "."], { cwd: source, env });
  await rename(work, program);
  return program;
}
