import type * as z from "zod";
import type { Scope } from "../fields.ts";
import { exactlyOne, type Rule } from "../rules.ts";
import {
  type KubernetesStoreBlock,
  kubernetesStore,
  type KubernetesTarget,
  kubernetesTarget,
  kubernetesTargetRules,
} from "./kubernetes.ts";

/** A block of one provider where it names a certificate or a place. */
export interface BlockSide {
  readonly block: z.ZodType;
  /** What the block forbids beside it; `self` is what holds the block. */
  readonly rules: readonly Rule[];
}

/** The blocks of one provider, by who holds them: a kind lacks what a provider leaves out. */
export interface ProviderBlocks {
  /** Name of the provider and of its field in every kind. */
  readonly provider: string;
  /** Undefined where stores of that scope cannot be of this provider. */
  readonly store: (scope: Scope) => z.ZodType | undefined;
  /** In a CertificateImport. */
  readonly import?: BlockSide;
  /** In a target of a StoreDeployment. */
  readonly target?: BlockSide;
  /** In a CertificateDownload. */
  readonly download?: BlockSide;
}

const kubernetesSide: BlockSide = { block: kubernetesTarget, rules: kubernetesTargetRules };

/** The providers that ship. */
export const providers: readonly ProviderBlocks[] = [
  { provider: "kubernetes", store: kubernetesStore, import: kubernetesSide, target: kubernetesSide },
];

/** The store blocks as types. */
export interface StoreBlocks {
  kubernetes?: KubernetesStoreBlock;
}

/** The blocks of imports as types. */
export interface ImportBlocks {
  kubernetes?: KubernetesTarget;
}

/** The blocks of targets as types. */
export interface TargetBlocks {
  kubernetes?: KubernetesTarget;
}

/** The store blocks of a list of providers, all optional: which one must be set is a rule of the kind. */
export function storeFields(list: readonly ProviderBlocks[], scope: Scope): Record<string, z.ZodType> {
  return Object.fromEntries(
    list.flatMap(({ provider, store }): [string, z.ZodType][] => {
      const block = store(scope);
      return block === undefined ? [] : [[provider, block.optional()]];
    }),
  );
}

type Side = "import" | "target" | "download";

/** The blocks of one side, all optional: which one must be set is among `sideRules`. */
export function sideFields(list: readonly ProviderBlocks[], side: Side): Record<string, z.ZodType> {
  return Object.fromEntries(sidesOf(list, side).map(({ provider, block }) => [provider, block.optional()]));
}

/** Rules of what holds the blocks of one side: one provider, and what that provider forbids. */
export function sideRules(list: readonly ProviderBlocks[], side: Side): Rule[] {
  const sides = sidesOf(list, side);
  return [exactlyOne(...sides.map(({ provider }) => provider)), ...sides.flatMap(({ rules }) => rules)];
}

function sidesOf(list: readonly ProviderBlocks[], side: Side): (BlockSide & { provider: string })[] {
  return list.flatMap(({ provider, [side]: found }) => (found === undefined ? [] : [{ provider, ...found }]));
}
