import { describe, expect, it } from "vitest";
import type { EgressOptions } from "./egress.ts";
import { withOwnCluster } from "./own-cluster.ts";

const lists = (deny: readonly string[]): EgressOptions => ({ deny, allow: undefined, resolve: new Map() });
const lookup = (host: string): Promise<readonly string[]> =>
  host === "api.example.com" ? Promise.resolve(["192.0.2.1", "2001:db8::1"]) : Promise.reject(new Error("ENOTFOUND"));

describe("the entry own-cluster", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["an address", ["https://10.96.0.1:443"], ["10.96.0.1"]],
    ["an IPv6 address", ["https://[fd00::1]:6443", "fd00::1"], ["fd00::1"]],
    ["a name and where it leads", ["https://api.example.com:6443"], ["api.example.com", "192.0.2.1", "2001:db8::1"]],
    ["a name that leads nowhere", ["https://gone.example.com"], ["gone.example.com"]],
    ["several", ["https://api.example.com", "10.96.0.1"], ["api.example.com", "10.96.0.1", "192.0.2.1", "2001:db8::1"]],
  ])("becomes %s of the API service", async (_, servers, denied) => {
    const { deny } = await withOwnCluster(lists(["127.0.0.0/8", "own-cluster"]), servers, lookup);
    expect(deny).toEqual(["127.0.0.0/8", ...denied]);
  });

  it("changes nothing where it is not on the list", async () => {
    expect(await withOwnCluster(lists([]), ["https://10.96.0.1"], lookup)).toEqual(lists([]));
  });
});
