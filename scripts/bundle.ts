import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { lean } from "./lean.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles a program with all it needs into a folder, and beside it the thread that it starts.
 * @param entry its path in this repository; the bundle is `<name>.js`
 * @returns esbuild's list of what went where
 */
export async function bundle(name: string, entry: string, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: entry, "hash-chain-thread": "src/formats/pbe/hash-chain-thread.ts" },
    outdir,
    bundle: true,
    // What is imported lazily becomes a file of its own, which a pod never reads. All lie in one folder: the thread is looked
    // for beside the file that starts it, whichever that is.
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "node",
    format: "esm",
    target: "node22",
    sourcemap: true,
    // V8 keeps the source of what is loaded, and at twice the size when a comment has a letter beyond Latin-1. Names stay.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    legalComments: "linked",
    metafile: true,
    plugins: [lean],
    // undici leaves out its second parser where this name is known, as in Node's own copy.
    define: { esbuildDetection: "1" },
    // CommonJS packages call `require`, which a module does not have.
    banner: {
      js: 'import { createRequire as certferryRequire } from "node:module"; const require = certferryRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  // Away from this repository, Node would have to read each file twice to see that it is a module.
  await writeFile(`${outdir}/package.json`, '{ "type": "module" }\n');
  return metafile;
}
