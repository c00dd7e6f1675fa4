/** Writes the files that are made from the schemas; with `--check` only tells which are stale, and exits 1 if any is. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { stringify } from "yaml";
import { customResourceDefinition, group, kinds } from "../src/crds/index.ts";
import { apiReference } from "./api-reference.ts";

const header = "# Generated from src/crds by `npm run generate`. Do not edit.\n";

function generated(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    const crd = customResourceDefinition(kind);
    files.set(
      `deploy/crds/${group}_${kind.plural}.yaml`,
      header + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
  }
  files.set("docs/reference/api.md", apiReference(kinds));
  return files;
}

async function main(check: boolean): Promise<void> {
  const stale: string[] = [];
  for (const [path, text] of generated()) {
    const present = await readFile(path, "utf8").catch(() => undefined);
    if (present === text) continue;
    stale.push(path);
    if (check) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  for (const path of stale) console.error(check ? `stale: ${path} (run npm run generate)` : `wrote ${path}`);
  if (check && stale.length > 0) process.exitCode = 1;
}

await main(process.argv.includes("--check"));
