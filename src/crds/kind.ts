import type * as z from "zod";
import type { ProviderBlocks } from "./blocks/index.ts";

export const group = "certferry.io";
export const version = "v1alpha1";

/** An object of one of our kinds. The API server has validated and pruned it by the CRD, so its shape is trusted. */
export interface Resource<Spec, Status> {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  spec: Spec;
  status?: Status;
}

/** As `Resource`, of a kind that lies in no namespace. */
export interface ClusterResource<Spec, Status> extends Omit<Resource<Spec, Status>, "metadata"> {
  metadata: Omit<Resource<Spec, Status>["metadata"], "namespace"> & { namespace?: never };
}

/** A column of `kubectl get`; `priority` 1 shows it only with `-o wide`. */
export interface PrinterColumn {
  name: string;
  type: "string" | "date" | "integer";
  jsonPath: string;
  priority?: 1;
}

/** All that makes a CRD of one kind. */
export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  readonly columns: readonly PrinterColumn[];
  spec(providers: readonly ProviderBlocks[]): z.ZodType;
  readonly status: z.ZodType;
}

const ready = (type: string, field: string): string => `.status.conditions[?(@.type=="${type}")].${field}`;

export const readyColumn: PrinterColumn = { name: "Ready", type: "string", jsonPath: ready("Ready", "status") };
export const ageColumn: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
export const whyColumns: readonly PrinterColumn[] = [
  { name: "Reason", type: "string", jsonPath: ready("Ready", "reason"), priority: 1 },
  { name: "Message", type: "string", jsonPath: ready("Ready", "message"), priority: 1 },
];
