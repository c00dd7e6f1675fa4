import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type BuildOptions, buildInto, cacheFolder, canBuild, type Program } from "./go-build.ts";

/** Paths of the programs that every control plane needs. */
export type Binaries = Readonly<Record<Exclude<Program, "kube-controller-manager">, string>>;

/** Says which ways there are to get a control plane. */
export class NoControlPlane extends Error {
  override readonly name = "NoControlPlane";
}

const needed = ["etcd", "kube-apiserver", "kubectl"] as const;
const controllerManager = "kube-controller-manager";

/** Where programs are looked for, in order; each place is one folder or, for PATH, several. */
export interface SearchPlaces {
  readonly kubebuilderAssets: string | undefined;
  readonly setupEnvtest: string | undefined;
  readonly cache: string;
  readonly path: readonly string[];
}

/**
 * Finds the programs, or builds them into the cache.
 * Throws `NoControlPlane` where there is no way to have them.
 */
export async function findBinaries(options: BuildOptions): Promise<Binaries> {
  const places = await searchPlaces();
  const found = search(places);
  if (found !== undefined) return found;
  await build(places.cache, options);
  return programsIn([places.cache], needed) ?? missingAfterBuild(places.cache);
}

/** The same for kube-controller-manager, which setup-envtest does not bring: from wherever it is, or built. */
export async function findControllerManager(options: BuildOptions): Promise<string> {
  const places = await searchPlaces();
  for (const folders of foldersOf(places)) {
    const found = programsIn(folders, [controllerManager]);
    if (found !== undefined) return found[controllerManager];
  }
  await build(places.cache, options);
  return programsIn([places.cache], [controllerManager])?.[controllerManager] ?? missingAfterBuild(places.cache);
}

/** The first place that has all that is needed. `KUBEBUILDER_ASSETS` was set on purpose, so it must have it. */
export function search(places: SearchPlaces): Binaries | undefined {
  const { kubebuilderAssets } = places;
  if (kubebuilderAssets !== undefined && programsIn([kubebuilderAssets], needed) === undefined) {
    throw new NoControlPlane(
      `KUBEBUILDER_ASSETS names ${kubebuilderAssets}, which lacks one of ${needed.join(", ")}: correct it, or unset it.`,
    );
  }
  for (const folders of foldersOf(places)) {
    const found = programsIn(folders, needed);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The folder of the newest version that setup-envtest has brought for this machine. */
export function newestEnvtest(folders: readonly string[], platform: string): string | undefined {
  return folders
    .filter((name) => name.endsWith(`-${platform}`))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

function foldersOf({ kubebuilderAssets, setupEnvtest, cache, path }: SearchPlaces): (readonly string[])[] {
  return [...[kubebuilderAssets, setupEnvtest, cache].filter((folder) => folder !== undefined).map((f) => [f]), path];
}

async function searchPlaces(): Promise<SearchPlaces> {
  return {
    kubebuilderAssets: process.env["KUBEBUILDER_ASSETS"] || undefined,
    setupEnvtest: await setupEnvtestFolder(),
    cache: await cacheFolder(),
    path: (process.env["PATH"] ?? "").split(delimiter),
  };
}

async function setupEnvtestFolder(): Promise<string | undefined> {
  const root = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const folder = join(root, "kubebuilder-envtest", "k8s");
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const newest = newestEnvtest(await readdir(folder).catch(() => []), `${process.platform}-${arch}`);
  return newest === undefined ? undefined : join(folder, newest);
}

function programsIn<const P extends Program>(
  folders: readonly string[],
  names: readonly P[],
): Record<P, string> | undefined {
  const paths = names.map(
    (name) => [name, folders.map((folder) => join(folder, name)).find((path) => existsSync(path))] as const,
  );
  if (paths.some(([, path]) => path === undefined)) return undefined;
  return Object.fromEntries(paths) as Record<P, string>;
}

async function build(cache: string, options: BuildOptions): Promise<void> {
  if (await canBuild()) return buildInto(cache, options);
  throw new NoControlPlane(
    `The tests need ${needed.join(", ")}, and ${controllerManager} for some. One of these is enough: ` +
      "install Go 1.26 or newer, from which they are built once; set KUBEBUILDER_ASSETS to a folder that holds them " +
      "(setup-envtest brings one, and is found without it); or have them in PATH.",
  );
}

function missingAfterBuild(cache: string): never {
  throw new Error(`the build left programs out of ${cache}: remove it and try again`);
}
