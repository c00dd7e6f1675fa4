import type { Provider } from "./contract.ts";
import { filesystemProvider } from "./filesystem/provider.ts";
import { keyfactorCommandProvider } from "./keyfactor-command/provider.ts";
import { kubernetesProvider, type OwnCluster } from "./kubernetes/provider.ts";

export interface RegistryOptions {
  /** `--filesystem-root`, checked and without links. */
  readonly filesystemRoot?: string | undefined;
  readonly others?: readonly Provider[] | undefined;
}

/** The providers by name: those that ship, one line each, and those that a test brings along. */
export function createRegistry(
  own: OwnCluster,
  { filesystemRoot, others = [] }: RegistryOptions = {},
): ReadonlyMap<string, Provider> {
  const providers = [
    kubernetesProvider(own),
    filesystemProvider(filesystemRoot),
    keyfactorCommandProvider(own.webEgress),
    ...others,
  ];
  return new Map(providers.map((provider) => [provider.name, provider]));
}
