import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const programs = ["etcd", "kube-apiserver", "kubectl", "kube-controller-manager"] as const;
export type Program = (typeof programs)[number];
export type Binaries = Readonly<Record<Program, string>>;

/** Says which ways there are to get a control plane. */
export class NoControlPlane extends Error {
  override readonly name = "NoControlPlane";
}

const version = "1.36.3";
const modules = fileURLToPath(new URL("go/", import.meta.url));
const kubernetesFlags = [
  "-s -w",
  `-X k8s.io/component-base/version.gitVersion=v${version}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=36",
].join(" ");

/** Where each program's source is: folder of the module, package, linker flags. */
const sources: Readonly<Record<Program, readonly [string, string, string]>> = {
  etcd: ["etcd", "go.etcd.io/etcd/server/v3", "-s -w"],
  "kube-apiserver": ["kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", kubernetesFlags],
  kubectl: ["kubernetes", "k8s.io/kubernetes/cmd/kubectl", kubernetesFlags],
  "kube-controller-manager": ["kubernetes", "k8s.io/kubernetes/cmd/kube-controller-manager", kubernetesFlags],
};

/** Finds the programs, or builds them. `progress` gets a line for each slow step. Throws `NoControlPlane`. */
export async function findBinaries(progress: (line: string) => void): Promise<Binaries> {
  const cache = await cacheFolder();
  const folders = [process.env["KUBEBUILDER_ASSETS"], await setupEnvtestFolder(), cache].filter((f) => f !== undefined);
  const found = folders.map((folder) => allIn([folder])).find((binaries) => binaries !== undefined);
  const onPath = found ?? allIn((process.env["PATH"] ?? "").split(delimiter));
  if (onPath !== undefined) return onPath;
  await build(cache, progress);
  const built = allIn([cache]);
  if (built === undefined) throw new Error(`the build left no whole set of programs in ${cache}`);
  return built;
}

function allIn(folders: readonly string[]): Binaries | undefined {
  const paths = programs.map((name) => [
    name,
    folders.map((folder) => join(folder, name)).find((path) => existsSync(path)),
  ]);
  if (paths.some(([, path]) => path === undefined)) return undefined;
  return Object.fromEntries(paths) as Binaries;
}

/** `$XDG_CACHE_HOME/certferry/control-plane/<version>-<digest of the modules>`. */
async function cacheFolder(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["etcd/go.mod", "etcd/go.sum", "kubernetes/go.mod", "kubernetes/go.sum"]) {
    hash.update(await readFile(join(modules, file)));
  }
  const root = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(root, "certferry", "control-plane", `${version}-${hash.digest("hex").slice(0, 8)}`);
}

async function setupEnvtestFolder(): Promise<string | undefined> {
  const root = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const folder = join(root, "kubebuilder-envtest", "k8s");
  const versions = await readdir(folder).catch(() => []);
  const newest = versions.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

/** Builds into a folder beside the cache and renames it at the end: a build that was cut off is never taken for a whole one. */
async function build(cache: string, progress: (line: string) => void): Promise<void> {
  await checkGo();
  await mkdir(join(cache, ".."), { recursive: true });
  const work = await mkdtemp(`${cache}.building-`);
  try {
    for (const name of programs) {
      const [folder, path, flags] = sources[name];
      const started = Date.now();
      progress(`building ${name} from its Go module ...`);
      await run("go", ["build", "-trimpath", "-ldflags", flags, "-o", join(work, name), path], join(modules, folder));
      progress(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
    }
    await rename(work, cache).catch((error: unknown) => {
      // Another one was faster, and its programs are as good.
      if (!existsSync(cache)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checkGo(): Promise<void> {
  const text = await run("go", ["env", "GOVERSION"], modules).catch(() => "");
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(text) ?? [];
  if (Number(major) > 1 || Number(minor) >= 26) return;
  throw new NoControlPlane(
    "The tests need etcd and kube-apiserver. One of these is enough: set KUBEBUILDER_ASSETS to a folder that holds " +
      `${programs.join(", ")}; have them in PATH; or install Go 1.26 or newer, from which they are built.`,
  );
}

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
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
