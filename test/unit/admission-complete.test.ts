import { describe, expect, it } from "vitest";
import { kinds, objectSchema, type Schema } from "../../src/crds/index.ts";
import { type Row, tables } from "../integration/admission/index.ts";

/** One thing that a CRD refuses, in the words that the table of rows has for it. */
interface Constraint {
  readonly field: string;
  readonly says: string;
}

/** Several fields share a pattern, an enum or a rule, as they share the schema; bounds are each field's own. */
const bound = /^(in body should be|must have at most|in body should have)/;

/** Without the place in its list, and without the kinds: one schema says it for all. */
function fieldName(path: string): string {
  return (
    path
      .replaceAll(/\[\d*\]/g, "")
      .split(".")
      .at(-1) ?? ""
  );
}

function constraintsOf(path: string, schema: unknown): Constraint[] {
  const field = record(schema);
  const own = [
    ...list(field["x-kubernetes-validations"]).map((rule) => text(record(rule)["message"])),
    ...(field["pattern"] === undefined ? [] : [`in body should match '${text(field["pattern"])}'`]),
    ...(field["enum"] === undefined
      ? []
      : [
          `supported values: ${list(field["enum"])
            .map((value) => JSON.stringify(value))
            .join(", ")}`,
        ]),
    ...safeBound(field["minimum"], "in body should be greater than or equal to"),
    ...safeBound(field["maximum"], "in body should be less than or equal to"),
    ...safeBound(field["maxProperties"], "must have at most", " items"),
    ...safeBound(field["minItems"], "in body should have at least", " items"),
  ].map((says) => ({ field: fieldName(path), says }));
  const below = Object.entries(record(field["properties"])).flatMap(([name, child]) =>
    constraintsOf(`${path}.${name}`, child),
  );
  return [
    ...own,
    ...below,
    ...(field["items"] === undefined ? [] : constraintsOf(`${path}[]`, field["items"])),
    ...(field["additionalProperties"] === undefined ? [] : constraintsOf(path, field["additionalProperties"])),
  ];
}

/** Integers without a bound of ours have JavaScript's. */
function safeBound(value: unknown, words: string, unit = ""): string[] {
  const ours = typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return ours ? [`${words} ${value}${unit}`] : [];
}

function record(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const rows: readonly Row[] = [...tables.values()].flat();
const constraints = kinds.flatMap((kind) => constraintsOf("spec", record(objectSchema(kind)["properties"])["spec"]));

function covers({ at, says }: Row, constraint: Constraint): boolean {
  return says === constraint.says && (!bound.test(says) || fieldName(at) === constraint.field);
}

describe("the table of admission", () => {
  it("has a pair for every rule, pattern, enum and bound of the CRDs", () => {
    const missing = constraints.filter((constraint) => !rows.some((row) => covers(row, constraint)));
    expect([...new Set(missing.map(({ field, says }) => `${field}: ${says}`))]).toEqual([]);
  });

  it("has no pair for what no CRD says any more", () => {
    const stale = rows.filter((row) => !constraints.some((constraint) => covers(row, constraint)));
    expect(stale.map(({ at, says }) => `${at}: ${says}`)).toEqual([]);
  });

  it("looks at everything: the CRDs say at least this much", () => {
    expect(new Set(constraints.map(({ says }) => says)).size).toBeGreaterThan(120);
  });
});
