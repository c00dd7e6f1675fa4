import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { reasons } from "./reasons.ts";

const source = join(import.meta.dirname, "..");
const all = Object.values(reasons).flatMap((area) => Object.keys(area));

/** Every literal that conditions and events are made with; the compiler sees to those of errors and plans. */
function told(): string[] {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.startsWith("controllers") && file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  const literal = /(?:reason: |outcome: |off\()"([A-Z][A-Za-z]+)"/g;
  return files.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(literal)].flatMap(([, name]) => name ?? []),
  );
}

it("has a line for everything that is told as a reason", () => {
  const found = new Set(told());
  const known = new Set<string>(all);
  expect(found).toContain("UpdateScheduled");
  expect([...found].filter((name) => !known.has(name))).toEqual([]);
});

it("names each reason once", () => {
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
});
