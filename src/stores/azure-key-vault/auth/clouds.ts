import { TerminalError } from "../../errors.ts";

/** One of Azure's clouds: its token service under each of its names, and what its vaults are below. */
interface Cloud {
  readonly name: string;
  readonly authorities: readonly [string, ...string[]];
  readonly vaults: string;
}

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and Key Vault's "DNS suffixes". */
const clouds: readonly Cloud[] = [
  { name: "Azure", authorities: ["login.microsoftonline.com"], vaults: "vault.azure.net" },
  {
    name: "Azure in China",
    authorities: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    vaults: "vault.azure.cn",
  },
  { name: "Azure Government", authorities: ["login.microsoftonline.us"], vaults: "vault.usgovcloudapi.net" },
];

const defaultAuthority = "https://login.microsoftonline.com";

/** Where tokens for a vault come from, and what they are asked for. */
export interface TokenSource {
  readonly authorityHost: string;
  /** Origins that the token service may name as its own. */
  readonly authorities: readonly string[];
  /** The vault's resource: `https://vault.azure.net`. */
  readonly resource: string;
}

/**
 * Ties a vault to the token service of its cloud, so that no token of one goes to a host of another. Pure. Throws `TerminalError`
 * `AuthorityRefused`, `CloudMismatch`.
 * @param others hosts of `--azure-authority-hosts`: clouds of whoever runs the operator, whose vaults can be anywhere else
 */
export function tokenSourceOf(
  {
    vaultUrl,
    authorityHost = defaultAuthority,
  }: { readonly vaultUrl: string; readonly authorityHost?: string | undefined },
  others: readonly string[],
): TokenSource {
  const authority = new URL(authorityHost);
  const { hostname } = new URL(vaultUrl);
  const suffix = hostname.slice(hostname.indexOf(".") + 1);
  const of = clouds.find(({ authorities }) => authorities.includes(authority.host));
  if (of === undefined && !others.includes(authority.host)) {
    const message = `The operator takes no tokens from ${authority.host}: set authorityHost to one of ${knownAuthorities()}, or have the flag --azure-authority-hosts name it.`;
    throw new TerminalError("AuthorityRefused", message);
  }
  const vaults = clouds.find(({ vaults }) => vaults === suffix);
  if (of !== vaults || !hostname.includes(".")) throw mismatch(hostname, authority.host, of, vaults);
  const authorities = of?.authorities.map((host) => `https://${host}`) ?? [authority.origin];
  return { authorityHost: authority.origin, authorities, resource: `https://${suffix}` };
}

function mismatch(host: string, authority: string, of: Cloud | undefined, vaults: Cloud | undefined): TerminalError {
  const message =
    vaults === undefined
      ? `Tokens of ${authority} are for vaults below ${of?.vaults ?? "a domain"}, which ${host} is not; correct vaultUrl or authorityHost.`
      : `The vault ${host} is one of ${vaults.name}: set authorityHost to https://${vaults.authorities[0]}.`;
  return new TerminalError("CloudMismatch", message);
}

function knownAuthorities(): string {
  return clouds.map(({ authorities: [first] }) => `https://${first}`).join(", ");
}
