import type { TokenCredential } from "@azure/identity";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { AzureKeyVaultStoreBlock, StoreReference } from "../../../crds/index.ts";
import type { StoreContext } from "../../contract.ts";
import { BlockedError, InternalDefect, type StoreError, TerminalError, WaitingError } from "../../errors.ts";
import { TokenEndpoint } from "./endpoint.ts";
import { ManagedIdentity } from "./managed-identity.ts";
import type { MetadataService } from "./metadata.ts";

/** Who the operator is to Azure for one store. */
export interface Identity {
  /** For messages: `Secret vault-login`. */
  readonly from: string;
  readonly tenantId?: string | undefined;
  /** A login without tokens. */
  open(): Promise<TokenCredential>;
  /** What the last request for a token came to, where it failed and the login makes something else of it. */
  failure(): StoreError | undefined;
}

export interface IdentityOptions {
  readonly authorityHost: string;
  readonly http: HttpClient;
  /** Where managed identities have their tokens from. */
  readonly metadata: Pick<MetadataService, "request">;
  /** A token of a ServiceAccount for Entra. */
  readonly assertion: (account: { namespace: string; name: string }) => Promise<string>;
  /** Whether this store may use the operator's own identity. */
  readonly ambient: boolean;
}

type Auth = AzureKeyVaultStoreBlock["auth"];

/** The package is loaded by the first store that logs in with it. */
const packaged = () => import("@azure/identity");

/**
 * The identity that a store names. Throws `TerminalError` `AmbientCredentialsRefused`, and `WaitingError` where a Secret lacks a
 * key.
 */
export async function identityOf(
  auth: Auth,
  context: Pick<StoreContext, "namespace" | "readSecret">,
  options: IdentityOptions,
  signal: AbortSignal,
): Promise<Identity> {
  const { workloadIdentity, clientSecret, clientCertificate, managedIdentity } = auth;
  if (workloadIdentity?.serviceAccountRef !== undefined) {
    const { serviceAccountRef: account, ...application } = workloadIdentity;
    const { namespace = context.namespace ?? "", name } = account;
    return ofServiceAccount(application, { namespace, name }, options);
  }
  if (workloadIdentity !== undefined) return ofOperator(workloadIdentity, options);
  if (managedIdentity !== undefined) return ofMachine(managedIdentity.clientId, options);
  if (clientSecret !== undefined) {
    const { tenantId, clientId, secretRef } = clientSecret;
    const secret = (await valueOf(context, secretRef, secretRef.key, signal)).toString("utf8").trim();
    return identity(`Secret ${secretRef.name}`, tenantId, options, async (endpoint) => {
      const { ClientSecretCredential } = await packaged();
      return new ClientSecretCredential(tenantId, clientId, secret, clientOptions(endpoint, options));
    });
  }
  if (clientCertificate === undefined) throw new InternalDefect("the CRD lets a store through that has no auth");
  const { tenantId, clientId, secretRef } = clientCertificate;
  const values = ["tls.crt", "tls.key"].map((key) => valueOf(context, secretRef, key, signal));
  const certificate = (await Promise.all(values)).map((value) => `${value.toString("utf8").trim()}\n`).join("");
  return identity(`Secret ${secretRef.name}`, tenantId, options, async (endpoint) => {
    const { ClientCertificateCredential } = await packaged();
    return new ClientCertificateCredential(tenantId, clientId, { certificate }, clientOptions(endpoint, options));
  });
}

function ofServiceAccount(
  { tenantId = "", clientId = "" }: { tenantId?: string | undefined; clientId?: string | undefined },
  account: { namespace: string; name: string },
  options: IdentityOptions,
): Identity {
  return identity(`ServiceAccount ${account.namespace}/${account.name}`, tenantId, options, async (endpoint) => {
    const { ClientAssertionCredential } = await packaged();
    const assertion = (): Promise<string> => endpoint.noting(() => options.assertion(account));
    return new ClientAssertionCredential(tenantId, clientId, assertion, clientOptions(endpoint, options));
  });
}

/** The identity of the operator's own pod, as AKS' webhook gives it. */
function ofOperator(
  { tenantId = process.env["AZURE_TENANT_ID"], clientId }: NonNullable<Auth["workloadIdentity"]>,
  options: IdentityOptions,
): Identity {
  requireAmbient(options, "workloadIdentity.serviceAccountRef");
  return identity("the operator's workload identity", tenantId, options, async (endpoint) => {
    if (process.env["AZURE_FEDERATED_TOKEN_FILE"] === undefined) {
      const message =
        "The operator's pod has no workload identity: label it azure.workload.identity/use=true, annotate its ServiceAccount, and see that the webhook runs.";
      throw new BlockedError("IdentityUnavailable", message);
    }
    const { WorkloadIdentityCredential } = await packaged();
    const application = { ...(tenantId && { tenantId }), ...(clientId && { clientId }) };
    return new WorkloadIdentityCredential({ ...application, ...clientOptions(endpoint, options) });
  });
}

function ofMachine(clientId: string | undefined, options: IdentityOptions): Identity {
  requireAmbient(options, "workloadIdentity, clientSecret or clientCertificate");
  const from = clientId === undefined ? "the managed identity" : `the managed identity ${clientId}`;
  const open = (): Promise<TokenCredential> => Promise.resolve(new ManagedIdentity(options.metadata, clientId));
  return { from, open, failure: () => undefined };
}

/** As cert-manager's flags for ambient credentials: what the operator itself is belongs to whoever runs it. */
function requireAmbient({ ambient }: IdentityOptions, instead: string): void {
  if (ambient) return;
  const message = `This store may not use the operator's own identity; give it one of its own (${instead}), or have the flag changed (--store-ambient-credentials, --cluster-store-ambient-credentials).`;
  throw new TerminalError("AmbientCredentialsRefused", message);
}

function identity(
  from: string,
  tenantId: string | undefined,
  { http }: IdentityOptions,
  open: (endpoint: TokenEndpoint) => Promise<TokenCredential>,
): Identity {
  const endpoint = new TokenEndpoint(http, from);
  return { from, tenantId, open: () => open(endpoint), failure: () => endpoint.failure };
}

/** The store's gate decides what is tried again; the authority was checked by us, so that nobody else is asked about it. */
function clientOptions(httpClient: HttpClient, { authorityHost }: IdentityOptions) {
  return { authorityHost, httpClient, retryOptions: { maxRetries: 0 }, disableInstanceDiscovery: true };
}

async function valueOf(
  context: Pick<StoreContext, "readSecret">,
  ref: StoreReference,
  key: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const value = (await context.readSecret(ref, signal)).get(key);
  if (value !== undefined) return value;
  throw new WaitingError("SecretKeyMissing", `Secret ${ref.name} has no key ${key}; put the store's login there.`);
}
