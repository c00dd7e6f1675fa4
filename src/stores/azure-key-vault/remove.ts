import type { RemoveResult } from "../contract.ts";
import { BlockedError } from "../errors.ts";
import { asking } from "./failure.ts";
import { holdersOf } from "./mark.ts";
import type { Access } from "./place.ts";
import { readPlaceKey } from "./place-key.ts";

/**
 * Deletes the certificate at a place where its newest version has our mark, with all its versions. The vault keeps it as long as
 * it keeps what is deleted; nothing is purged.
 */
export async function removeFrom(
  { vault, client }: Access,
  key: string,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const { vault: written, name } = readPlaceKey(key);
  if (written !== vault.host) {
    const message = `Certificate ${name} was written into the vault ${written}, and the store leads to ${vault.host} now. Name a store of that vault, or delete the certificate there by hand.`;
    throw new BlockedError("StoreLeadsElsewhere", message);
  }
  const asked = { name, host: vault.host };
  const certificate = await asking({ ...asked, verb: "get" }, () => client.get(name, signal));
  if (certificate === undefined || !holdersOf(certificate.properties.tags, mark).ours) return {};
  // A vault has no conditional delete: who takes the certificate over between this look and the deletion loses it (softly).
  await asking({ ...asked, verb: "delete" }, () => client.delete(name, signal));
  return {};
}
