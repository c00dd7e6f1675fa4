import type { LookupFunction } from "node:net";
import { buildConnector } from "undici";

/** Where a connection goes. */
export interface Destination {
  readonly hostname: string;
  readonly port: string;
}

/** Asked before each connection; what either throws or answers as an error is the error of the request. */
export interface ConnectGuard {
  /** Where to connect really. Throws when that is an address that may not be connected to. */
  destination(asked: Destination): Destination;
  /** Resolves names, and refuses those that lead to such an address. */
  readonly lookup: LookupFunction;
}

/** Makes connections that a guard was asked about. */
export function guarded(tls: buildConnector.BuildOptions, guard: ConnectGuard): buildConnector.connector {
  const connect = buildConnector({ ...tls, lookup: guard.lookup, allowH2: false });
  return (options, callback) => {
    try {
      connect({ ...options, ...guard.destination(options) }, callback);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
    }
  };
}
