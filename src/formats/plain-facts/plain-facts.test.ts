import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { issue, type Issued } from "../../../test/fixtures/pki.ts";
import { certificateFacts, factsOf } from "../facts.ts";
import { plainFacts } from "./index.ts";

const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);
const bySsl = (der: Buffer) => factsOf(new X509Certificate(der), der);

let issuer: Issued;

beforeAll(async () => {
  issuer = await issue({ subject: "CN=Issuer, O=Example, C=DE", ca: true });
});

describe("plainFacts", { timeout: 60_000 }, () => {
  it("reads a usual certificate", async () => {
    const der = raw(
      await issue({
        subject: "CN=web.example.com, OU=Web, O=Example",
        issuer,
        dnsNames: ["www.example.com", "web.example.com"],
        ipAddresses: ["10.0.0.1"],
        serialNumber: "00ab01",
        notBefore: new Date("2026-01-02T03:04:05Z"),
        notAfter: new Date("2055-01-02T03:04:05Z"),
      }),
    );
    expect(plainFacts(der)).toEqual({
      ...bySsl(der),
      subject: "O=Example,OU=Web,CN=web.example.com",
      issuer: "C=DE,O=Example,CN=Issuer",
      serialNumber: "AB01",
      notBefore: new Date("2026-01-02T03:04:05Z"),
      notAfter: new Date("2055-01-02T03:04:05Z"),
      dnsNames: ["www.example.com", "web.example.com"],
      altNames: ["DNS:web.example.com", "DNS:www.example.com", "IP Address:10.0.0.1"],
      keyAlgorithm: "EC P-256",
      isCa: false,
      selfIssued: false,
    });
  });

  it("tells an authority", () => {
    expect(plainFacts(raw(issuer))).toEqual(bySsl(raw(issuer)));
    expect(plainFacts(raw(issuer))).toMatchObject({ isCa: true, selfIssued: true });
  });

  it.each([
    ["a comma in a name", { subject: 'CN="a,b"' }],
    ["letters beyond ASCII", { subject: "CN=wéb" }],
    ["an address of IPv6", { subject: "CN=web", ipAddresses: ["::1"] }],
    ["a quote in a DNS name", { subject: "CN=web", dnsNames: ['a"b'] }],
  ])("leaves %s to OpenSSL", async (_what, options) => {
    const der = raw(await issue(options));
    expect(() => plainFacts(der)).toThrow("not plain");
    expect(certificateFacts(der)).toEqual(bySsl(der));
  });

  it("gives what OpenSSL gives over names at random", async () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
    const dnsName = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 });
    const subject = fc.array(fc.tuple(fc.constantFrom("CN", "O", "OU", "L", "DC", "emailAddress"), text), {
      minLength: 1,
    });
    const input = fc.record({ subject, dnsNames: fc.array(dnsName, { maxLength: 4 }) });
    const property = fc.asyncProperty(input, async ({ subject, dnsNames }) => {
      const quoted = subject.map(([type, value]) => `${type}="${value.replaceAll(/["\\]/g, "\\$&")}"`);
      const der = raw(await issue({ subject: quoted.join(", "), issuer, dnsNames }).catch(() => issuer));
      expect(certificateFacts(der)).toEqual(bySsl(der));
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it("gives what OpenSSL gives, whatever bit is flipped in the certificate", async () => {
    const der = raw(await issue({ subject: "CN=web", issuer, dnsNames: ["web.example.com"] }));
    const different: number[] = [];
    for (let bit = 0; bit < 8 * der.length; bit++) {
      const flipped = Buffer.from(der);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (disagree(flipped)) different.push(bit);
    }
    expect(different).toEqual([]);
  });
});

/** Where both read something. That a point lies on no curve only OpenSSL finds. */
function disagree(der: Buffer): boolean {
  try {
    const [ours, theirs] = [plainFacts(der), bySsl(der)];
    const { keyAlgorithm: _ours, ...plain } = ours;
    const { keyAlgorithm: _theirs, ...ssl } = theirs;
    return JSON.stringify(plain) !== JSON.stringify(ssl);
  } catch {
    return false;
  }
}
