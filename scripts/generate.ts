/** Writes the files that are made from the code; with `--check` only tells which are stale, and exits 1 if any is. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { stringify } from "yaml";
import { customResourceDefinition, group, kinds } from "../src/crds/index.ts";
import { apiReference } from "./reference/api.ts";
import { flagReference } from "./reference/flags.ts";
import { metricReference } from "./reference/metrics.ts";
import { eventReference, reasonReference } from "./reference/reasons.ts";

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
  files.set("docs/reference/reasons.md", reasonReference());
  files.set("docs/reference/events.md", eventReference());
  files.set("docs/reference/flags.md", flagReference());
  files.set("docs/reference/metrics.md", metricReference());
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
