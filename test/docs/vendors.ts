import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { JsonWebKey } from "node:crypto";
import type { ClusterAccess } from "../control-plane/index.ts";
import { KeyVault } from "../fixtures/key-vault.ts";
import { exampleHost, exampleLogin, startExample } from "../servers/keyfactor/example.ts";

/** The services of vendors that the pages speak of, as servers on this machine. */
export interface Vendors {
  /** What tells an operator where they are. */
  readonly flags: readonly string[];
  /** What readers of a page have got from those who run the service, by the page's path and the file's name. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  close(): Promise<void>;
}

/** @param plane the cluster whose ServiceAccounts Azure trusts */
export async function startVendors(plane: Pick<ClusterAccess, "kubectl">): Promise<Vendors> {
  const [command, keyVault] = await Promise.all([startExample(), startKeyVault(plane)]);
  const commandFiles = { "ca.crt": command.caPem, password: exampleLogin.password };
  return {
    flags: [`--resolve=${exampleHost}=${new URL(command.url).host},${keyVault.resolve}`],
    files: { "docs/stores/keyfactor-command.md": commandFiles, "docs/guides/downloads.md": commandFiles },
    close: async () => {
      await Promise.all([command.close(), keyVault.close()]);
    },
  };
}

/** A vault whose directory trusts the ServiceAccount of docs/stores/azure-key-vault.md. Readers need no CA for Azure's own. */
async function startKeyVault(plane: Pick<ClusterAccess, "kubectl">): Promise<KeyVault> {
  const subject = "system:serviceaccount:shipping:vault";
  const federations = [{ issuer: "https://kubernetes.default.svc", subject }];
  const applications = [{ clientId: "5c0d5a3f-0000-4000-8000-000000000002", federations }];
  const issuerKeys = async (): Promise<readonly JsonWebKey[]> => {
    const { stdout } = await plane.kubectl(["get", "--raw", "/openid/v1/jwks"]);
    return (JSON.parse(stdout) as { keys: JsonWebKey[] }).keys;
  };
  const keyVault = await KeyVault.start({}, { applications, issuerKeys });
  setDefaultCACertificates([...getCACertificates(), keyVault.server.caPem, keyVault.entra.caPem]);
  return keyVault;
}
