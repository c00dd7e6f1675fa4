import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import { TerminalError } from "../errors.ts";
import type { VaultKey } from "./key.ts";

/** The version that is spoken when the store names none. */
export const defaultApiVersion = "7.6";

/** Fields that older versions of the API do not have: they would ignore them without a word. */
const since: readonly { field: string; version: string; used: (target: AzureKeyVaultTarget) => boolean }[] = [
  { field: "preserveCertOrder", version: "7.6", used: ({ preserveCertOrder }) => preserveCertOrder !== undefined },
  {
    field: "policy.issuer.certificateTransparency",
    version: "7.0",
    used: ({ policy }) => policy?.issuer?.certificateTransparency !== undefined,
  },
  {
    field: "policy.x509.sans.uris",
    version: "2025-07-01",
    used: ({ policy }) => policy?.x509?.sans?.uris !== undefined,
  },
  {
    field: "policy.x509.sans.ipAddresses",
    version: "2025-07-01",
    used: ({ policy }) => policy?.x509?.sans?.ipAddresses !== undefined,
  },
];

/** Throws `TerminalError` `ApiVersionTooOld` for a block that asks for more than the store's version of the API has. */
export function checkApiVersion(target: AzureKeyVaultTarget, key: Pick<VaultKey, "type">, version: string): void {
  const asked = [...since, { field: "an EC key", version: "7.0", used: () => key.type === "EC" }];
  const missing = asked.find((one) => one.used(target) && order(version) < order(one.version));
  if (missing === undefined) return;
  const message = `${missing.field} needs version ${missing.version} of the vault's API, and the store speaks ${version}; set apiVersion there.`;
  throw new TerminalError("ApiVersionTooOld", message);
}

/**
 * Versions were dates until 2016, then numbers, then dates again. A preview has what its release has: `2025-06-01-preview` is that
 * of 2025-07-01.
 */
function order(version: string): number {
  const [, year, month] = /^([0-9]{4})-([0-9]{2})-/.exec(version) ?? [];
  if (year === undefined) return Number.parseFloat(version);
  if (year < "2025") return 0;
  if (version === "2025-06-01-preview") return order("2025-07-01");
  return Number(`${year}${month ?? ""}`);
}
