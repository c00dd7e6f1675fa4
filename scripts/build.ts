/**
 * Bundles the operator with all it needs into dist/, and checks that it runs. `npm run build`; the image holds Node and
 * this folder.
 */
import { execFile } from "node:child_process";
import { rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundle } from "./bundle.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}dist`;
const entry = `${outdir}/certferry.js`;

// The chunks have their hash in their names: those of the last build would stay.
await rm(outdir, { recursive: true, force: true });
const { outputs } = await bundle("certferry", "src/main.ts", outdir);

const atStart = loadedAtStart("dist/certferry.js");
const inputs = atStart.flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
for (const name of ["@azure", "@kubernetes/client-node", "yaml", "zod"]) {
  if (inputs.some((input) => input.includes(`node_modules/${name}/`))) {
    throw new Error(`dist/certferry.js loads ${name} at start: import it lazily (docs/performance.md)`);
  }
}
const { stdout } = await promisify(execFile)(process.execPath, [entry, "--help"]);
if (!stdout.startsWith("Usage: certferry")) throw new Error(`${entry} --help says: ${stdout}`);
const sizes = await Promise.all(atStart.map(async (file) => (await stat(`${root}${file}`)).size));
const total = sizes.reduce((sum, size) => sum + size, 0);
console.log(`dist/certferry.js: ${(total / 1_048_576).toFixed(1)} MB loaded at start`);

/** A file and those that it imports, directly or not, other than lazily. */
function loadedAtStart(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = outputs[file]?.imports ?? [];
  const chunks = imports.filter(({ kind, external }) => kind === "import-statement" && external !== true);
  return [file, ...chunks.flatMap(({ path }) => loadedAtStart(path, seen))];
}
