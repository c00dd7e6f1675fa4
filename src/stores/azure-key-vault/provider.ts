import type { AzureKeyVaultStoreBlock, AzureKeyVaultTarget, StoreReference } from "../../crds/index.ts";
import type { ConnectGuard } from "../../http/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import type { Provider } from "../contract.ts";
import { caRefs, webServiceLimits } from "../http/index.ts";
import type { Surroundings } from "./connect.ts";
import { askedFor } from "./download.ts";
import { certificateNameOf } from "./name.ts";
import { readPlaceKey } from "./place-key.ts";
import { accountToken } from "../service-account.ts";

/** What the operator's flags allow. */
export type AzureOptions = Pick<Surroundings, "ambient" | "authorityHosts"> & {
  /** For the machine's metadata service alone, which `--deny-egress` keeps all else away from; that of web services when absent. */
  readonly metadataGuard?: ConnectGuard;
};

/** What Entra wants the token of a ServiceAccount to be for, and how long one is good that is used at once. */
const assertion = { audiences: ["api://AzureADTokenExchange"], expirationSeconds: 600 };
const byDefault: AzureOptions = { ambient: { store: false, clusterStore: true }, authorityHosts: [] };

/** Certificates in Azure Key Vault. */
export function azureKeyVaultProvider(
  { client, webEgress: guard }: { readonly client: KubeClient; readonly webEgress: ConnectGuard },
  options = byDefault,
): Provider {
  const surroundings: Surroundings = {
    guard,
    metadataGuard: guard,
    assertion: async (account) => (await accountToken(client, account, assertion)).token,
    ...options,
  };
  return {
    name: "azureKeyVault",
    capabilities: ["Import", "Deploy", "Download", "Remove"],
    limits: webServiceLimits,
    secretRefs: (block) => [...loginRefs(blockOf(block).auth), ...caRefs(blockOf(block)).secrets],
    configMapRefs: (block) => caRefs(blockOf(block)).configMaps,
    reach: (target, { name }) => reachOf(certificateNameOf((target as AzureKeyVaultTarget).name, name)),
    reachOfKey: (key) => reachOf(readPlaceKey(key).name),
    reachOfDownload: (request) => reachOf(askedFor(request).name),
    create: async (block, context, signal) => {
      const { connectVault } = await import("./connect.ts");
      return connectVault(blockOf(block), context, surroundings, signal);
    },
  };
}

/** In the words of grants, a place is the certificate's name. */
function reachOf(name: string): ReturnType<Provider["reach"]> {
  return { places: [name], metadataKeys: [] };
}

function loginRefs({ clientSecret, clientCertificate }: AzureKeyVaultStoreBlock["auth"]): StoreReference[] {
  return [clientSecret?.secretRef, clientCertificate?.secretRef].filter((ref) => ref !== undefined);
}

/** The API server has validated the block by the CRD. */
function blockOf(block: unknown): AzureKeyVaultStoreBlock {
  return block as AzureKeyVaultStoreBlock;
}
