/**
 * Bundles the operator with all it needs into one file, dist/certferry.js, and checks that it runs.
 * `npm run build`; the image holds Node and this file.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}dist/certferry.js`;

await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  sourcemap: true,
  // CommonJS packages call `require`, which a module does not have.
  banner: {
    js: 'import { createRequire as certferryRequire } from "node:module"; const require = certferryRequire(import.meta.url);',
  },
  logLevel: "warning",
});

const { stdout } = await promisify(execFile)(process.execPath, [outfile, "--help"]);
if (!stdout.startsWith("Usage: certferry")) throw new Error(`${outfile} --help says: ${stdout}`);
const { size } = await stat(outfile);
console.log(`dist/certferry.js: ${(size / 1_048_576).toFixed(1)} MB`);
