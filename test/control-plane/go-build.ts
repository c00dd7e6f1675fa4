import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type Program = "etcd" | "kube-apiserver" | "kubectl" | "kube-controller-manager";

const version = "1.36.3";
const modules = fileURLToPath(new URL("go/", import.meta.url));
const kubernetesFlags = [
  "-s -w",
  `-X k8s.io/component-base/version.gitVersion=v${version}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=36",
].join(" ");

export interface BuildOptions {
  /** Gets a line for each slow step. */
  readonly progress: (line: string) => void;
  /** Ends a build. */
  readonly signal?: AbortSignal | undefined;
}

interface Source {
  /** Folder of the module, below `go/`. */
  readonly module: string;
  readonly path: string;
  readonly flags: string;
  /** On two cores, with nothing in Go's caches. */
  readonly takes: string;
}

const kubernetes = { module: "kubernetes", flags: kubernetesFlags };
const sources: Readonly<Record<Program, Source>> = {
  etcd: { module: "etcd", path: "go.etcd.io/etcd/server/v3", flags: "-s -w", takes: "1 min" },
  "kube-apiserver": { ...kubernetes, path: "k8s.io/kubernetes/cmd/kube-apiserver", takes: "4 min" },
  kubectl: { ...kubernetes, path: "k8s.io/kubernetes/cmd/kubectl", takes: "1 min" },
  "kube-controller-manager": { ...kubernetes, path: "k8s.io/kubernetes/cmd/kube-controller-manager", takes: "1 min" },
};
const order: readonly Program[] = ["etcd", "kube-apiserver", "kubectl", "kube-controller-manager"];
const abandonedMs = 3_600_000;

/** `$XDG_CACHE_HOME/certferry/control-plane/<version>-<digest of the modules>`. */
export async function cacheFolder(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["etcd/go.mod", "etcd/go.sum", "kubernetes/go.mod", "kubernetes/go.sum"]) {
    hash.update(await readFile(join(modules, file)));
  }
  const root = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(root, "certferry", "control-plane", `${version}-${hash.digest("hex").slice(0, 8)}`);
}

/** Whether there is a Go toolchain that can build, or that fetches one that can. */
export async function canBuild(): Promise<boolean> {
  const text = await run("go", ["env", "GOVERSION"], { cwd: join(modules, "kubernetes") }).catch(() => "");
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(major) > 1 || (major === "1" && Number(minor) >= 26);
}

/**
 * Builds every program into `cache`. The work goes on in a folder beside it, which is renamed at the end: a build that was
 * cut off is never taken for a whole one, and of two at a time the first wins.
 */
export async function buildInto(cache: string, { progress, signal }: BuildOptions): Promise<void> {
  await mkdir(dirname(cache), { recursive: true });
  await removeAbandoned(dirname(cache));
  const work = await mkdtemp(`${cache}.building-`);
  try {
    for (const name of order) {
      const { module, path, flags, takes } = sources[name];
      const started = performance.now();
      progress(`building ${name} from its Go module, once (about ${takes}) ...`);
      const args = ["build", "-trimpath", "-ldflags", flags, "-o", join(work, name), path];
      await run("go", args, { cwd: join(modules, module), signal });
      progress(`built ${name} in ${Math.round((performance.now() - started) / 1000)} s`);
    }
    await rename(work, cache).catch((error: unknown) => {
      if (!existsSync(cache)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What builds that were killed have left. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.includes(".building-")) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function run(
  command: string,
  args: readonly string[],
  { cwd, signal }: { cwd: string; signal?: AbortSignal | undefined },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
  const child = spawn(command, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err = (err + text).slice(-4000)));
  child.on("error", reject);
  child.on("close", (code) => {
    if (code === 0) resolve(out);
    else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${err}`));
  });
  return promise;
}
