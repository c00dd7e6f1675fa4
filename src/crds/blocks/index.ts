import type * as z from "zod";
import type { Scope } from "../fields.ts";
import { exactlyOne, type Rule } from "../rules.ts";
import {
  type AzureKeyVaultDownload,
  azureKeyVaultDownload,
  azureKeyVaultStore,
  type AzureKeyVaultStoreBlock,
  azureKeyVaultTarget,
  type AzureKeyVaultTarget,
} from "./azure-key-vault/index.ts";
import {
  type FilesystemStoreBlock,
  filesystemStore,
  type FilesystemTarget,
  filesystemTarget,
  filesystemTargetRules,
} from "./filesystem.ts";
import {
  type KeyfactorCommandDownload,
  keyfactorCommandDownload,
  type KeyfactorCommandImport,
  keyfactorCommandImport,
  keyfactorCommandStore,
  type KeyfactorCommandStoreBlock,
  keyfactorCommandTarget,
  type KeyfactorCommandTarget,
  keyfactorCommandTargetRules,
} from "./keyfactor-command/index.ts";
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

const azureKeyVaultSide: BlockSide = { block: azureKeyVaultTarget, rules: [] };
const filesystemSide: BlockSide = { block: filesystemTarget, rules: filesystemTargetRules };
const kubernetesSide: BlockSide = { block: kubernetesTarget, rules: kubernetesTargetRules };

/** The providers that the API knows; those that are built are in the registry of stores. */
export const providers: readonly ProviderBlocks[] = [
  {
    provider: "keyfactorCommand",
    store: keyfactorCommandStore,
    import: { block: keyfactorCommandImport, rules: [] },
    target: { block: keyfactorCommandTarget, rules: keyfactorCommandTargetRules },
    download: { block: keyfactorCommandDownload, rules: [] },
  },
  {
    provider: "azureKeyVault",
    store: azureKeyVaultStore,
    import: azureKeyVaultSide,
    target: azureKeyVaultSide,
    download: { block: azureKeyVaultDownload, rules: [] },
  },
  { provider: "kubernetes", store: kubernetesStore, import: kubernetesSide, target: kubernetesSide },
  {
    provider: "filesystem",
    // Whoever may write files of the operator's pod is whoever runs the cluster.
    store: (scope) => (scope === "Cluster" ? filesystemStore : undefined),
    import: filesystemSide,
    target: filesystemSide,
  },
];

/** The store blocks as types. */
export interface StoreBlocks {
  keyfactorCommand?: KeyfactorCommandStoreBlock;
  azureKeyVault?: AzureKeyVaultStoreBlock;
  kubernetes?: KubernetesStoreBlock;
  filesystem?: FilesystemStoreBlock;
}

/** The blocks of imports as types. */
export interface ImportBlocks {
  keyfactorCommand?: KeyfactorCommandImport;
  azureKeyVault?: AzureKeyVaultTarget;
  kubernetes?: KubernetesTarget;
  filesystem?: FilesystemTarget;
}

/** The blocks of targets as types. */
export interface TargetBlocks {
  keyfactorCommand?: KeyfactorCommandTarget;
  azureKeyVault?: AzureKeyVaultTarget;
  kubernetes?: KubernetesTarget;
  filesystem?: FilesystemTarget;
}

/** The blocks of downloads as types. */
export interface DownloadBlocks {
  keyfactorCommand?: KeyfactorCommandDownload;
  azureKeyVault?: AzureKeyVaultDownload;
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
