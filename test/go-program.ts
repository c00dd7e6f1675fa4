import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Programs of our own around Go libraries of others: the folder of each, and how long it takes with nothing in Go's caches. */
const programs = {
  pkcs12: { folder: "interop/go", takes: "half a minute" },
  kstatus: { folder: "kstatus/go", takes: "half a minute" },
  "command-client": { folder: "servers/keyfactor/go", takes: "half a minute" },
  "command-sdk": { folder: "servers/keyfactor/go-sdk", takes: "1 min" },
  "cert-manager": { folder: "control-plane/go/cert-manager", takes: "3 min" },
} as const;
export type GoProgram = keyof typeof programs;

const built = new Map<GoProgram, Promise<string>>();

/** Path of the program, built once and kept in `$XDG_CACHE_HOME/certferry/go/`. `progress` gets a line before a build. */
export function goProgram(name: GoProgram, progress: (line: string) => void = () => {}): Promise<string> {
  const known = built.get(name) ?? build(name, progress);
  built.set(name, known);
  return known;
}

/** The folder of the program's module. */
export function goModule(name: GoProgram): string {
  return join(import.meta.dirname, programs[name].folder);
}

async function build(name: GoProgram, progress: (line: string) => void): Promise<string> {
  const cwd = goModule(name);
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(cwd, file)));
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "certferry", "go");
  const program = join(cache, `${name}-${hash.digest("hex").slice(0, 8)}`);
  if (existsSync(program)) return program;
  progress(`building ${name} from its Go module, once (about ${programs[name].takes}) ...`);
  await mkdir(cache, { recursive: true });
  // Renamed at the end: of two builds at a time either is whole.
  const work = `${program}.${process.pid}`;
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
  await promisify(execFile)("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", work, "."], { cwd, env });
  await rename(work, program);
  return program;
}
