import { lookup as systemLookup } from "node:dns/promises";
import type { EgressOptions } from "./egress.ts";

/** The entry of `--deny-egress` that means this cluster's API service. For stores of other clusters it means nothing. */
export const ownCluster = "own-cluster";

/**
 * The options for stores that have no business with this cluster: its API service takes the place of the entry. It is known by
 * what the operator's own configuration names, and where that leads now; not by addresses of its nodes.
 * @param servers URLs or hosts of the API service
 */
export async function withOwnCluster(
  options: EgressOptions,
  servers: readonly string[],
  lookup: (host: string) => Promise<readonly string[]> = addressesOf,
): Promise<EgressOptions> {
  if (!options.deny.includes(ownCluster)) return options;
  const hosts = [...new Set(servers.map((server) => hostOf(server)))];
  // A name that does not resolve is denied as a name.
  const addresses = await Promise.all(hosts.map((host) => lookup(host).catch(() => [])));
  const others = options.deny.filter((entry) => entry !== ownCluster);
  return { ...options, deny: [...others, ...hosts, ...addresses.flat()] };
}

function hostOf(server: string): string {
  const host = server.startsWith("https:") ? new URL(server).hostname : server;
  return host.replace(/^\[|\]$/g, "");
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address);
}
