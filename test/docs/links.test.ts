import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { posix } from "node:path";
import { expect, it } from "vitest";
import { pageAt, repository } from "./pages.ts";

const docs = await readdir(`${repository}docs`, { recursive: true });
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];

/** What a link points to, when that is not there. */
async function missing(from: string, link: string): Promise<string | undefined> {
  if (/^https?:/.test(link)) return undefined;
  const [file = "", anchor] = link.split("#");
  const to = file === "" ? from : posix.join(posix.dirname(from), file);
  if (!existsSync(repository + to)) return `${from} -> ${link}`;
  if (anchor === undefined || !to.endsWith(".md")) return undefined;
  return (await pageAt(to)).anchors.has(anchor) ? undefined : `${from} -> ${link}`;
}

it.each(pages)("the links of %s lead somewhere", async (page) => {
  const { links } = await pageAt(page);
  const found = await Promise.all(links.map((link) => missing(page, link)));
  expect(found.filter((one) => one !== undefined)).toEqual([]);
});

it.each(pages)("the files that %s names are there", async (page) => {
  const { paths } = await pageAt(page);
  expect(paths.filter((path) => !existsSync(repository + path))).toEqual([]);
});
