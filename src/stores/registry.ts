import { azureKeyVaultProvider, type AzureOptions } from "./azure-key-vault/provider.ts";
import type { Provider } from "./contract.ts";
import { filesystemProvider } from "./filesystem/provider.ts";
import { keyfactorCommandProvider } from "./keyfactor-command/provider.ts";
import { kubernetesProvider, type OwnCluster } from "./kubernetes/provider.ts";

export interface RegistryOptions {
  /** `--filesystem-root`, checked and without links. */
  readonly filesystemRoot?: string | undefined;
  /** What the operator allows to stores of Key Vault; what its flags do by default when absent. */
  readonly azure?: AzureOptions | undefined;
  readonly others?: readonly Provider[] | undefined;
}

/** The providers by name: those that ship, one line each, and those that a test brings along. */
export function createRegistry(
  own: OwnCluster,
  { filesystemRoot, azure, others = [] }: RegistryOptions = {},
): ReadonlyMap<string, Provider> {
  const providers = [
    kubernetesProvider(own),
    filesystemProvider(filesystemRoot),
    keyfactorCommandProvider(own.webEgress),
    azureKeyVaultProvider(own, azure),
    ...others,
  ];
  return new Map(providers.map((provider) => [provider.name, provider]));
}
