import { describe, expect, it } from "vitest";
import { deniedByDefault, EgressRules, isEgressEntry } from "./rules.ts";

describe("what is denied by default", () => {
  const rules = new EgressRules({ deny: deniedByDefault, allow: undefined });

  it.each([
    "169.254.169.254",
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "224.0.0.251",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "ff02::1",
    // IPv4 inside IPv6, in all its spellings.
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "0:0:0:0:0:FFFF:A9FE:A9FE",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::127.0.0.1",
    // What is no address cannot be judged.
    "2130706433",
    "0x7f.1",
    "",
  ])("%j is", (address) => {
    expect(rules.forbids("cluster.example.com", [address])).toEqual({ flag: "--deny-egress", by: address });
  });

  it.each(["10.0.0.1", "93.184.215.14", "168.254.0.1", "2001:db8::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"])(
    "%s is not",
    (address) => {
      expect(rules.forbids("cluster.example.com", [address])).toBeUndefined();
    },
  );

  it("is so when one of several addresses is", () => {
    expect(rules.forbids("twofold.example.com", ["10.0.0.1", "127.0.0.1"])).toEqual({
      flag: "--deny-egress",
      by: "127.0.0.1",
    });
  });
});

describe("lists", () => {
  const forbids = (deny: readonly string[], allow: readonly string[] | undefined, host: string, address: string) =>
    new EgressRules({ deny, allow }).forbids(host, [address])?.flag ?? "free";

  it.each<[string, readonly string[], readonly string[] | undefined, string, string]>([
    ["free", [], undefined, "a.example.com", "127.0.0.1"],
    ["--deny-egress", ["a.example.com"], undefined, "A.example.com.", "10.0.0.1"],
    ["free", ["a.example.com"], undefined, "b.a.example.com", "10.0.0.1"],
    ["--deny-egress", ["*.example.com"], undefined, "b.a.example.com", "10.0.0.1"],
    ["free", ["*.example.com"], undefined, "example.com", "10.0.0.1"],
    ["free", [], ["10.0.0.0/8"], "a.example.com", "10.1.2.3"],
    ["--allow-egress", [], ["10.0.0.0/8"], "a.example.com", "11.1.2.3"],
    ["free", [], ["a.example.com"], "a.example.com", "11.1.2.3"],
    ["--allow-egress", [], ["a.example.com"], "b.example.com", "11.1.2.3"],
    ["--deny-egress", ["11.0.0.0/8"], ["a.example.com"], "a.example.com", "11.1.2.3"],
    ["--allow-egress", [], ["2001:db8::/32"], "a.example.com", "2001:db9::1"],
    ["free", [], ["2001:db8::/32"], "a.example.com", "2001:db8::1"],
  ])("%s: deny %j, allow %j, %s at %s", (expected, deny, allow, host, address) => {
    expect(forbids(deny, allow, host, address)).toBe(expected);
  });
});

describe("an entry of a list", () => {
  it.each(["10.0.0.0/8", "10.0.0.1", "::1", "fe80::/10", "a.example.com", "*.example.com", "localhost"])(
    "is %s",
    (text) => {
      expect(isEgressEntry(text)).toBe(true);
    },
  );
  it.each(["10.0.0.0/33", "10.0.0", "1.2.3.4.5", "fe80::1%eth0", "::/129", "", "*", "a..b", "0x7f000001", "https://a"])(
    "is not %j",
    (text) => {
      expect(isEgressEntry(text)).toBe(false);
    },
  );
});
