import type { Provider } from "./contract.ts";
import { kubernetesProvider, type OwnCluster } from "./kubernetes/provider.ts";

/** The providers by name: those that ship, one line each, and those that a test brings along. */
export function createRegistry(own: OwnCluster, others: readonly Provider[] = []): ReadonlyMap<string, Provider> {
  const providers = [kubernetesProvider(own), ...others];
  return new Map(providers.map((provider) => [provider.name, provider]));
}
