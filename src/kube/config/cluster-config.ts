/**
 * Gives the bearer token for the next request. It is asked before every request, so it keeps the token itself as long
 * as it is good. `refused` is the token that the server has just answered with 401: the provider must fetch a new one
 * if it still holds that.
 */
export type TokenProvider = (signal: AbortSignal, refused?: string) => Promise<string>;

export interface ClientCertificate {
  /** Leaf and intermediates, PEM. */
  certPem: string;
  /** Private key without a password, PEM. */
  keyPem: string;
}

/** Who we are to the API server. */
export type Credentials =
  | { token: TokenProvider }
  | { clientCertificate: ClientCertificate | (() => Promise<ClientCertificate>) }
  | { anonymous: true };

/** How to reach one API server. Made by `loadInClusterConfig`, `loadKubeconfig` or by hand. */
export interface ClusterConfig {
  /** `https://host:port`, with a path where the server is behind one. */
  server: string;
  /**
   * The CAs that the server's certificate must come from, PEM; the system's when absent. A function is asked before
   * every request and must be cheap: when its answer changes, new connections trust the new CAs. `failed` is set after a
   * connection that could not be made: it must look anew then, if it keeps its answer.
   */
  caPem?: string | ((failed?: true) => Promise<string>);
  /** The name that the server's certificate must carry, where it is not the host of `server`. */
  serverName?: string;
  credentials: Credentials;
  /** The namespace of the context or of the mounted service account. */
  namespace?: string;
}
