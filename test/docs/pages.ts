import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Page, readPage } from "./markdown.ts";

/** Folder of the repository, with a slash at its end. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Pages beside those, and why nothing in them is run. `docs/adr` and `docs/reference` tell no tasks. */
export const untested: Readonly<Record<string, string>> = {
  "docs/formats.md": "it has no task: its only block is a part of a resource, and guides/keystores.md has whole ones",
  "docs/performance.md": "it tells what was measured",
};

/** The pages whose YAML and commands are run, by their paths in the repository. */
export async function tested(): Promise<string[]> {
  return [
    "README.md",
    "docs/concepts.md",
    "docs/security.md",
    ...(await pagesOf("guides")),
    ...(await pagesOf("stores")),
  ];
}

async function pagesOf(folder: string): Promise<string[]> {
  const names = (await readdir(`${repository}docs/${folder}`)).filter((name) => name.endsWith(".md"));
  return names.toSorted().map((name) => `docs/${folder}/${name}`);
}

/** What no test can run as it stands, by the first words of the block, and why. */
export const notRun: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": {
    "npm run quickstart":
      "they would run the tests in the tests; CI runs the second, and the quickstart has its own exit code",
    "NAMESPACE   NAME": "it is what the quickstart shows",
    "  0.5 s  import": "it is what the quickstart shows with --store keyfactor",
    "src/main.ts": "it is a map of the tree",
  },
  "docs/stores/azure-key-vault.md": {
    "az identity create": "it is Azure's own program, and what it sets up is there already",
  },
  "docs/guides/files.md": {
    "spec:\n  securityContext": "it is a part of a Deployment, and deploy/ has none yet",
  },
};

export async function pageAt(path: string): Promise<Page> {
  return readPage(await readFile(repository + path, "utf8"));
}
