import { TerminalError } from "../errors.ts";

/** What a vault takes as the name of a certificate: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
const accepted = /^[0-9a-zA-Z-]{1,127}$/;

/**
 * The certificate's name in the vault: the block's, or the resource's own with a hyphen for each dot, which a vault does not take.
 * Throws `TerminalError` `NameRefused`.
 */
export function certificateNameOf(given: string | undefined, resource: string): string {
  const name = given ?? resource.replaceAll(".", "-");
  if (accepted.test(name)) return name;
  const message = `A vault takes names of at most 127 letters, digits and hyphens, not ${name}; set azureKeyVault.name.`;
  throw new TerminalError("NameRefused", message);
}
