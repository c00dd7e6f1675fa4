import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import type { ConnectGuard, Destination } from "../../http/index.ts";
import { BlockedError } from "../errors.ts";
import { type EgressLists, EgressRules } from "./rules.ts";

export interface EgressOptions extends EgressLists {
  /** Hosts that lie elsewhere than DNS says, by name. What they resolve to is checked like any other address. */
  readonly resolve: ReadonlyMap<string, Destination>;
}

type Resolver = (host: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;

/**
 * Guards connections of stores: the very address that is connected to is checked, after DNS and for each connection, so that a
 * name which resolves to something else the next time gains nothing. Refuses with `BlockedError` `EgressDenied`: what a name
 * resolves to may change.
 */
export function egressGuard(
  { resolve, ...lists }: EgressOptions,
  resolver: Resolver = (host, done) => systemLookup(host, { all: true }, done),
): ConnectGuard {
  const rules = new EgressRules(lists);
  const refusal = (host: string, addresses: readonly string[]): BlockedError | undefined => {
    const forbidden = rules.forbids(host, addresses);
    if (forbidden === undefined) return undefined;
    const { flag, by } = forbidden;
    const where = by === host ? host : `${host} is ${by}, which`;
    const what = flag === "--deny-egress" ? "is denied by" : "is not among";
    const message = `The operator does not connect there: ${where} ${what} its flag ${flag}. Use another address, or have the flag changed.`;
    return new BlockedError("EgressDenied", message);
  };
  const lookup: LookupFunction = (host, options, done) => {
    resolver(host, (error, found) => {
      const denied =
        error ??
        refusal(
          host,
          found.map(({ address }) => address),
        ) ??
        null;
      if (denied !== null || options.all === true) return done(denied, denied === null ? [...found] : []);
      const [first] = found;
      done(null, first?.address ?? "", first?.family);
    });
  };
  return {
    lookup,
    /** Addresses are not looked up, and a host of `resolve` is as good as one: both are checked here. */
    destination: ({ hostname, port }) => {
      const host = hostname.replace(/^\[|\]$/g, "");
      const { hostname: to, port: at } = resolve.get(host.toLowerCase()) ?? { hostname: host, port };
      const denied = refusal(host, isIP(to.replace(/%.*$/, "")) === 0 ? [] : [to]);
      if (denied !== undefined) throw denied;
      return { hostname: to, port: at };
    },
  };
}
