import type { RemoveResult } from "../contract.ts";
import { BlockedError } from "../errors.ts";
import { meaningOf, type Verb } from "./failure.ts";
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
  const asking = async <T>(verb: Verb, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw meaningOf(error, { verb, name, host: vault.host });
    }
  };
  const certificate = await asking("get", () => client.get(name, signal));
  if (certificate === undefined || !holdersOf(certificate.properties.tags, mark).ours) return {};
  await asking("delete", () => client.delete(name, signal));
  return {};
}
