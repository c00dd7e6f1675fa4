import { group, type KindDefinition, objectSchema, type Schema, version } from "../../src/crds/index.ts";
import { table } from "./table.ts";

/** `docs/reference/api.md`: every field of every kind, with type, limits, default and meaning. */
export function apiReference(kinds: readonly KindDefinition[]): string {
  const head = `# API reference\n\nGenerated from the schemas by \`npm run generate\`. Group \`${group}\`, version \`${version}\`.\n`;
  return [head, ...kinds.map(section)].join("\n");
}

function section(kind: KindDefinition): string {
  const schema = objectSchema(kind);
  const rows = [...fields("spec", property(schema, "spec")), ...fields("status", property(schema, "status"))];
  const intro = `${kind.description} Short name \`${kind.shortName}\`.`;
  return `## ${kind.kind}\n\n${intro}\n\n${table(["field", "type", "meaning"], rows)}\n${ruleList(schema)}`;
}

function property(schema: Schema, name: string): Schema {
  return record(record(schema["properties"])[name]);
}

function fields(path: string, schema: Schema): string[][] {
  const required = strings(schema["required"]);
  return Object.entries(record(schema["properties"])).flatMap(([name, value]) => {
    const field = record(value);
    const here = `${path}.${name}`;
    const meaning = [text(field["description"]), required.includes(name) ? "Required." : "", fallback(field)].filter(
      Boolean,
    );
    return [[`\`${here}\``, typeOf(field), meaning.join(" ")], ...nested(here, field)];
  });
}

function nested(path: string, field: Schema): string[][] {
  if (field["type"] === "array") return fields(`${path}[]`, record(field["items"]));
  return field["type"] === "object" ? fields(path, field) : [];
}

function typeOf(field: Schema): string {
  const values = strings(field["enum"]);
  if (values.length > 0) return values.map((value) => `\`${value}\``).join(" ");
  if (field["type"] === "array") return `list of ${typeOf(record(field["items"]))}`;
  if (field["type"] === "object" && field["additionalProperties"] !== undefined) return "map of strings";
  return text(field["format"]) || text(field["type"]);
}

function fallback(field: Schema): string {
  const value = field["default"];
  return value === undefined || typeof value === "object" ? "" : `Default: \`${JSON.stringify(value)}\`.`;
}

/** What the API server refuses, in the words a user gets. */
function ruleList(schema: Schema): string {
  const messages = new Set(collect("spec", property(schema, "spec")));
  return `Refused at admission:\n\n${[...messages].map((message) => `- ${message}`).join("\n")}\n`;
}

function collect(path: string, schema: Schema): string[] {
  const own = list(schema["x-kubernetes-validations"]).map((rule) => `\`${path}\`: ${text(record(rule)["message"])}`);
  const children = Object.entries(record(schema["properties"])).flatMap(([name, child]) =>
    collect(`${path}.${name}`, record(child)),
  );
  const items = schema["items"] === undefined ? [] : collect(`${path}[]`, record(schema["items"]));
  return [...own, ...children, ...items];
}

function record(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
