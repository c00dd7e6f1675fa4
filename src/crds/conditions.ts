import * as z from "zod";
import { time } from "./fields.ts";

/** `metav1.Condition`. */
export const condition = z.object({
  type: z.string().max(316).describe("Type of the condition in CamelCase."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether the condition holds."),
  observedGeneration: z.int().min(0).optional().describe("The metadata.generation that the condition was set for."),
  lastTransitionTime: time.describe("When the status last changed."),
  reason: z.string().min(1).max(1024).describe("A stable word in CamelCase; see the reference of reasons."),
  message: z.string().max(1024).describe("What it means and what to do next."),
});

export type Condition = z.infer<typeof condition>;

export const conditions = z
  .array(condition)
  .max(16)
  .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
  .describe("Ready, Reconciling, Stalled, Delivered and SourceValid, in the form that kstatus and kubectl wait read.");
