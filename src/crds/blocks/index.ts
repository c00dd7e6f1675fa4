import type * as z from "zod";
import { exactlyOne, type Rule } from "../rules.ts";
import {
  type KubernetesStoreBlock,
  kubernetesStore,
  type KubernetesTarget,
  kubernetesTarget,
  kubernetesTargetRules,
} from "./kubernetes.ts";

/** The blocks of one provider: one schema each, whichever kind they appear in. */
export interface ProviderBlocks {
  /** Name of the provider and of its field in every kind. */
  readonly provider: string;
  readonly store: z.ZodType;
  readonly target: z.ZodType;
  /** What the target block forbids beside it; `self` is what holds the block, `chain` and `privateKey`. */
  readonly targetRules: readonly Rule[];
}

/** The providers that ship. */
export const providers: readonly ProviderBlocks[] = [
  { provider: "kubernetes", store: kubernetesStore, target: kubernetesTarget, targetRules: kubernetesTargetRules },
];

/** The store blocks as types. */
export interface StoreBlocks {
  kubernetes?: KubernetesStoreBlock;
}

/** The target blocks as types. */
export interface TargetBlocks {
  kubernetes?: KubernetesTarget;
}

/** The fields that a list of providers gives a kind, all optional: which one must be set is a CEL rule of the kind. */
export function blockFields(list: readonly ProviderBlocks[], side: "store" | "target"): Record<string, z.ZodType> {
  return Object.fromEntries(list.map((blocks) => [blocks.provider, blocks[side].optional()]));
}

/** Rules of everything that names a place: one provider, and what that provider forbids. */
export function targetRules(list: readonly ProviderBlocks[]): Rule[] {
  return [exactlyOne(...list.map((blocks) => blocks.provider)), ...list.flatMap((blocks) => blocks.targetRules)];
}
