import * as z from "zod";
import { type ProviderBlocks, providers as shipped } from "./blocks/index.ts";
import { group, type KindDefinition, version } from "./kind.ts";

/** A JSON value of an OpenAPI schema. */
export type Schema = { [key: string]: unknown };

/** The CustomResourceDefinition of a kind, as an object ready to be written as YAML or applied. */
export function customResourceDefinition(
  definition: KindDefinition,
  providers: readonly ProviderBlocks[] = shipped,
): Schema {
  const { kind, plural, shortName, scope, columns } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ["certferry"],
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: objectSchema(definition, providers) },
        },
      ],
    },
  };
}

/** The schema of a whole object. `status` defaults to generation -1, so that a new object counts as in progress. */
export function objectSchema(definition: KindDefinition, providers: readonly ProviderBlocks[] = shipped): Schema {
  const spec = structural(definition.spec(providers));
  const status = { ...structural(definition.status), default: { observedGeneration: -1 } };
  return {
    type: "object",
    description: definition.description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: { ...spec, description: `What the ${definition.kind} shall do.` },
      status: { ...status, description: "What was found and done; written by Certferry." },
    },
  };
}

function structural(schema: z.ZodType): Schema {
  return mapSchema(z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", reused: "inline" }) as Schema);
}

/** Keeps what a structural schema may hold: `propertyNames` and the JSON Schema dialect are not in it. */
function mapSchema(value: Schema): Schema {
  const { propertyNames: _names, $schema: _dialect, ...rest } = value;
  return Object.fromEntries(Object.entries(rest).map(([key, child]) => [key, mapValue(key, child)]));
}

function mapValue(key: string, child: unknown): unknown {
  if (key === "properties" && isObject(child)) {
    return Object.fromEntries(
      Object.entries(child).map(([name, field]) => [name, isObject(field) ? mapSchema(field) : field]),
    );
  }
  return isObject(child) && (key === "items" || key === "additionalProperties") ? mapSchema(child) : child;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
