import { ClientSecretCredential } from "@azure/identity";
import { CertificateClient, type CertificateClientOptions } from "@azure/keyvault-certificates";
import { onTestFinished } from "vitest";
import { EntraServer } from "../../entra/index.ts";
import { resolvedTo } from "../../http/resolved.ts";
import { type ServerOptions, VaultServer } from "../server.ts";
import { identityFor } from "./scene.ts";

const clientId = "5c0d5a3f-0000-4000-8000-000000000002";

/** The vendor's own SDK, whose clock is the machine's, and its credential as clients of our servers. */
export async function startSdk(
  options: Partial<ServerOptions> = {},
  client: CertificateClientOptions = { disableChallengeResourceVerification: true },
) {
  const entra = await EntraServer.start({ applications: [{ clientId, secrets: ["s3cret"] }] });
  onTestFinished(() => entra.close());
  const server = await VaultServer.start({ authority: entra.directory, ...options });
  onTestFinished(() => server.close());
  const { tenantId } = entra.directory;
  const credential = new ClientSecretCredential(tenantId, clientId, "s3cret", {
    authorityHost: entra.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: entra.caPem },
  });
  const sdk = new CertificateClient(server.vaultUrl, credential, {
    tlsOptions: { ca: server.caPem },
    retryOptions: { maxRetries: 3, retryDelayInMs: 1 },
    ...(options.host === undefined ? {} : { additionalPolicies: [resolvedTo(server)] }),
    ...client,
  });
  const { pfx } = await identityFor("leaf.example.test", {});
  const imported = () => sdk.importCertificate("web", Buffer.from(pfx, "base64"), { password: "s3cret" });
  return { sdk, server, entra, clientId, pfx, imported };
}
