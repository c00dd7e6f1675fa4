import { describe, expect, it } from "vitest";
import * as z from "zod";
import { customResourceDefinition, kinds, objectSchema, providerNames, providers, type Schema } from "./index.ts";

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Calls `visit` for every schema in `schema`, itself included. */
function walk(path: string, schema: unknown, visit: (path: string, schema: Schema) => void): void {
  if (!isSchema(schema)) return;
  visit(path, schema);
  walk(`${path}[]`, schema["items"], visit);
  const properties = schema["properties"];
  if (isSchema(properties))
    for (const [name, child] of Object.entries(properties)) walk(`${path}.${name}`, child, visit);
}

function found(pick: (schema: Schema) => unknown): string[] {
  const all: string[] = [];
  for (const kind of kinds) {
    walk(kind.kind, objectSchema(kind), (path, schema) => {
      const value = pick(schema);
      if (value !== undefined) all.push(`${path} = ${JSON.stringify(value)}`);
    });
  }
  return all;
}

function flag(holds: boolean): true | undefined {
  return holds ? true : undefined;
}

describe("the CRDs", () => {
  it("have blocks of these providers", () => {
    expect(providers.map(({ provider }) => provider)).toEqual(providerNames);
  });

  it("have these defaults and no others", () => {
    expect(found((schema) => schema["default"])).toEqual([
      "CertificateStore.spec.suspend = false",
      'CertificateStore.status = {"observedGeneration":-1}',
      "ClusterCertificateStore.spec.suspend = false",
      'ClusterCertificateStore.status = {"observedGeneration":-1}',
      'CertificateImport.spec.privateKey = "Include"',
      'CertificateImport.spec.adoptionPolicy = "IfMatching"',
      'CertificateImport.spec.deletionPolicy = "Retain"',
      'CertificateImport.spec.driftPolicy = "Repair"',
      'CertificateImport.spec.downgradePolicy = "Refuse"',
      'CertificateImport.spec.refreshInterval = "1h"',
      "CertificateImport.spec.suspend = false",
      'CertificateImport.status = {"observedGeneration":-1}',
      'StoreDeployment.spec.adoptionPolicy = "IfMatching"',
      'StoreDeployment.spec.deletionPolicy = "Retain"',
      'StoreDeployment.spec.driftPolicy = "Repair"',
      'StoreDeployment.spec.downgradePolicy = "Refuse"',
      'StoreDeployment.spec.refreshInterval = "1h"',
      "StoreDeployment.spec.suspend = false",
      'StoreDeployment.status = {"observedGeneration":-1}',
      'CertificateDownload.spec.adoptionPolicy = "IfMatching"',
      'CertificateDownload.spec.deletionPolicy = "Retain"',
      'CertificateDownload.spec.refreshInterval = "1h"',
      "CertificateDownload.spec.suspend = false",
      'CertificateDownload.status = {"observedGeneration":-1}',
    ]);
  });

  it("bound every string and every list, as the cost estimator of CEL needs", () => {
    const unbounded = found((schema) =>
      flag(
        (schema["type"] === "string" && schema["maxLength"] === undefined && schema["enum"] === undefined) ||
          (schema["type"] === "array" && schema["maxItems"] === undefined) ||
          (schema["additionalProperties"] !== undefined && schema["maxProperties"] === undefined),
      ),
    ).filter((path) => !/^[A-Za-z]+\.(apiVersion|kind) =/.test(path));
    expect(unbounded).toEqual([]);
  });

  it("describe every field", () => {
    const silent = found((schema) => flag(schema["description"] === undefined)).filter(
      (path) => !path.includes("[] =") && !/^[A-Za-z]+\.(apiVersion|kind|metadata) =/.test(path),
    );
    expect(silent).toEqual([]);
  });

  it("take another provider's blocks without a change to the kinds", () => {
    const block = z.object({ slot: z.string().max(10) });
    const probe = { provider: "probe", store: () => z.object({}), import: { block, rules: [] } };
    const imports = kinds.find(({ kind }) => kind === "CertificateImport");
    if (imports === undefined) throw new Error("no CertificateImport");
    const crd = JSON.stringify(customResourceDefinition(imports, [probe]));
    expect(crd).toContain('"probe":{"type":"object","properties":{"slot":{"type":"string","maxLength":10}}');
    expect(crd).toContain("probe must be set");
  });
});
