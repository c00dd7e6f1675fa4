import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** Where connections may go, and where not. Entries are addresses, CIDRs, and hosts (`*.example.com` for all below one). */
export interface EgressLists {
  readonly deny: readonly string[];
  /** Absent: everything that is not denied. */
  readonly allow: readonly string[] | undefined;
}

/** What is denied when nothing else is said: link-local (with the metadata services of clouds), loopback, unspecified, multicast. */
export const deniedByDefault: readonly string[] = [
  "169.254.0.0/16",
  "fe80::/10",
  "127.0.0.0/8",
  "::1",
  "0.0.0.0/8",
  "::",
  "224.0.0.0/4",
  "255.255.255.255",
  "ff00::/8",
];

const host = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;
/** A host whose last label is a number is read as an address by what resolves it. */
const numeric = /(^|\.)(0x[0-9a-f]*|[0-9]+)$/i;

/** Whether a text is one entry of `EgressLists`. */
export function isEgressEntry(text: string): boolean {
  if (cidrOf(text) !== undefined) return true;
  return host.test(text) && !numeric.test(text);
}

/** Decides on hosts and on the addresses that they resolve to. Pure. */
export class EgressRules {
  readonly #deny: Matcher;
  readonly #allow: Matcher | undefined;

  constructor({ deny, allow }: EgressLists) {
    this.#deny = new Matcher(deny);
    this.#allow = allow && new Matcher(allow);
  }

  /**
   * The flag that forbids a connection to `host` by way of any of these addresses; undefined when all are free. One that is
   * denied is enough: which of them is taken is not ours to choose.
   */
  forbids(
    host: string,
    addresses: readonly string[],
  ): { flag: "--deny-egress" | "--allow-egress"; by: string } | undefined {
    const denied = this.#deny.host(host) ? host : addresses.find((address) => this.#deny.address(address) !== false);
    if (denied !== undefined) return { flag: "--deny-egress", by: denied };
    if (this.#allow === undefined || this.#allow.host(host)) return undefined;
    const outside = addresses.find((address) => this.#allow?.address(address) !== true);
    return outside === undefined ? undefined : { flag: "--allow-egress", by: outside };
  }
}

class Matcher {
  readonly #hosts: readonly string[];
  readonly #addresses = new BlockList();

  constructor(entries: readonly string[]) {
    this.#hosts = entries.filter((entry) => cidrOf(entry) === undefined).map((entry) => entry.toLowerCase());
    for (const { address, bits } of entries.flatMap((entry) => cidrOf(entry) ?? [])) {
      this.#addresses.addSubnet(address, bits, isIPv4(address) ? "ipv4" : "ipv6");
      // NAT64 (RFC 6052) brings the IPv4 Internet under an IPv6 prefix. Mapped addresses are IPv4 for a BlockList by themselves.
      if (isIPv4(address)) this.#addresses.addSubnet(`64:ff9b::${address}`, 96 + bits, "ipv6");
    }
  }

  host(host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, "");
    return this.#hosts.some((entry) => (entry.startsWith("*.") ? name.endsWith(entry.slice(1)) : name === entry));
  }

  /** Undefined for what is no address. */
  address(text: string): boolean | undefined {
    const address = withoutZone(text);
    if (isIP(address) === 0) return undefined;
    return this.#addresses.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  }
}

/** `fe80::1%eth0` is an address of every interface. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

function cidrOf(text: string): { address: string; bits: number } | undefined {
  const [, address = "", , given] = /^([^/]+)(\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const most = isIPv4(address) ? 32 : isIPv6(address) && !address.includes("%") ? 128 : undefined;
  const bits = given === undefined ? most : Number(given);
  return most === undefined || bits === undefined || bits > most ? undefined : { address, bits };
}
