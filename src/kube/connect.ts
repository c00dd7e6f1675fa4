import type { KubeClient } from "./client.ts";
import type { ClusterConfig } from "./config/cluster-config.ts";
import { RestClient } from "./rest-client.ts";
import { type ConnectOptions, Transport } from "./transport.ts";

/**
 * A client for one API server. Connects lazily, at the first request; `close()` it when done.
 * @example
 * const client = connect(await loadInClusterConfig(), { userAgent: "certferry/1.0.0" });
 * const secret = await client.get(Secret, { namespace: "web", name: "tls" }, { signal });
 */
export function connect(config: ClusterConfig, options: ConnectOptions = {}): KubeClient {
  return new RestClient(new Transport(config, options));
}
