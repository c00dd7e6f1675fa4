import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, install, startControlPlane } from "../control-plane/index.ts";
import { writeKubeconfig } from "./clusters.ts";
import type { Block } from "./markdown.ts";
import { ReadersOperator } from "./operator.ts";
import { notRun, pageAt, repository, tested, untested } from "./pages.ts";
import { Reader } from "./reader.ts";
import { startVendors, type Vendors } from "./vendors.ts";

const paths = await tested();
let plane: ControlPlane;
/** The other cluster of a reader who has two. */
let edge: ControlPlane;
let kubeconfig: string;
let operator: ReadersOperator;
let vendors: Vendors;

beforeAll(async () => {
  [plane, edge] = await Promise.all([startControlPlane({ controllerManager: true }), startControlPlane()]);
  kubeconfig = await writeKubeconfig({ here: plane, edge });
  await install(plane);
  vendors = await startVendors(plane);
  operator = new ReadersOperator(plane, vendors.flags);
}, 600_000);
afterAll(async () => {
  await operator.stop();
  await Promise.all([plane.stop(), edge.stop(), vendors.close()]);
});

function excuse(path: string, { text }: Block): string | undefined {
  return Object.keys(notRun[path] ?? {}).find((start) => text.startsWith(start));
}

/** The first thing that goes otherwise than a page says. */
async function problemOf(path: string, reader: Reader): Promise<string | undefined> {
  const { blocks } = await pageAt(path);
  for (const [index, block] of blocks.entries()) {
    if (excuse(path, block) !== undefined || !["yaml", "sh"].includes(block.language)) continue;
    const next = blocks[index + 1];
    try {
      await reader.follow(block, next?.language === "text" ? next.text : undefined);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `${path}:${block.line}\n${block.text}\n\n${why}\n\n${operator.log.slice(-2_000)}`;
    }
  }
  return undefined;
}

describe("the pages", () => {
  it.each(paths)("%s does what it says", { timeout: 300_000 }, async (path) => {
    const start = (flags: readonly string[]): Promise<void> => operator.start(flags);
    const files = vendors.files[path] ?? {};
    const reader = await Reader.create({ kubectl: plane.facts.kubectl, kubeconfig, start, files });
    await operator.start(["--namespace=certferry-system"]);
    try {
      const problem = await problemOf(path, reader);
      expect.assert(problem === undefined, problem);
    } finally {
      await reader.leave();
    }
  });

  it("are all that docs/ has, but for those that have no task", async () => {
    const names = await readdir(`${repository}docs`, { recursive: true });
    const found = names.filter((name) => /^(?!adr\/|reference\/).*\.md$/.test(name)).map((name) => `docs/${name}`);
    const known = [...paths, ...Object.keys(untested)].filter((path) => path !== "README.md");
    expect(found.toSorted()).toEqual(known.toSorted());
  });

  it("say of every block what it is, and show only what a command has said", async () => {
    const found: string[] = [];
    for (const path of paths) {
      const { blocks } = await pageAt(path);
      for (const [index, block] of blocks.entries()) {
        const follows = blocks[index - 1]?.language === "sh";
        const known = ["yaml", "sh", "mermaid"].includes(block.language) || (block.language === "text" && follows);
        if (!known && excuse(path, block) === undefined) found.push(`${path}:${block.line}`);
      }
    }
    expect(found).toEqual([]);
  });

  it("have every block that is excused from being run", async () => {
    const stale: string[] = [];
    for (const [path, starts] of Object.entries(notRun)) {
      const { blocks } = await pageAt(path);
      const unused = Object.keys(starts).filter((start) => !blocks.some(({ text }) => text.startsWith(start)));
      stale.push(...unused.map((start) => `${path}: ${start}`));
    }
    expect(stale).toEqual([]);
  });
});
