import type { AzureKeyVaultStoreBlock } from "../../crds/index.ts";
import type { ConnectGuard } from "../../http/index.ts";
import type { Store, StoreContext } from "../contract.ts";
import { caPemOf, HttpsConnection } from "../http/index.ts";
import { defaultApiVersion } from "./api-version.ts";
import { tokenSourceOf } from "./auth/clouds.ts";
import { identityOf, type IdentityOptions } from "./auth/identity.ts";
import { VaultLogin } from "./auth/login.ts";
import { MetadataService } from "./auth/metadata.ts";
import { TokenTransport } from "./auth/transport.ts";
import { CertificatesClient } from "./client.ts";
import { KeyVaultStore } from "./store.ts";
import { Vault } from "./vault.ts";

/** What of the operator a store of this provider uses. */
export interface Surroundings {
  readonly guard: ConnectGuard;
  readonly metadataGuard: ConnectGuard;
  readonly assertion: IdentityOptions["assertion"];
  /** Whether the operator's own identity may be used, by the store's scope. */
  readonly ambient: { readonly store: boolean; readonly clusterStore: boolean };
  /** `--azure-authority-hosts`. */
  readonly authorityHosts: readonly string[];
}

/** Makes a store of its block. Imported lazily: with Azure's packages, which an operator without such a store need not load. */
export async function connectVault(
  block: AzureKeyVaultStoreBlock,
  context: StoreContext,
  { guard, metadataGuard, assertion, ambient, authorityHosts }: Surroundings,
  signal: AbortSignal,
): Promise<Store> {
  const { timeoutMs, turn } = context;
  const source = tokenSourceOf(block, authorityHosts);
  const caPem = await caPemOf(block, context, signal);
  const tokens = new TokenTransport({
    authorities: source.authorities,
    caPem,
    guard,
    timeoutMs,
  });
  const metadata = new MetadataService(metadataGuard);
  const options = {
    authorityHost: source.authorityHost,
    http: tokens,
    metadata,
    assertion,
    ambient: context.namespace === undefined ? ambient.clusterStore : ambient.store,
  };
  const identity = await identityOf(block.auth, context, options, signal);
  const close = async (): Promise<void> => {
    await Promise.all([tokens.close(), metadata.close()]);
  };
  const authorization = new VaultLogin(identity, source.resource, { close });
  const origin = new URL(block.vaultUrl).origin;
  const connection = new HttpsConnection({ origin, caPem, guard, turn, timeoutMs, authorization });
  const apiVersion = block.apiVersion ?? defaultApiVersion;
  const vault = new Vault(connection, { vaultUrl: block.vaultUrl, apiVersion, resource: source.resource });
  return new KeyVaultStore({ vault, client: new CertificatesClient(vault) }, context);
}
