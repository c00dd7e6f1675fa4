import type { KeyVaultCertificateWithPolicy } from "@azure/keyvault-certificates";
import { describe, expect, it } from "vitest";
import { desiredOf } from "../../../test/fixtures/place.ts";
import { chainFor } from "../../../test/fixtures/pki.ts";
import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import { changedPolicy, compare, type Held } from "./compare.ts";
import { chainDigest } from "./mark.ts";
import { wantedOf } from "./wanted.ts";

const mark = "me/CertificateImport/shop/web";
const validity = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") };
const { intermediate, leaf } = await chainFor("web.example.com", validity);
const desired = await desiredOf(leaf, mark, intermediate.pem);
const [above] = desired.bundle.chain;

/** As a vault holds what an empty block asks for. */
function held(
  change: {
    properties?: Partial<KeyVaultCertificateWithPolicy["properties"]>;
    policy?: KeyVaultCertificateWithPolicy["policy"] | Record<string, unknown>;
    cer?: Buffer;
    chain?: readonly Buffer[] | undefined;
  } = {},
): Held {
  const certificate = {
    name: "web",
    cer: change.cer ?? desired.bundle.leaf,
    properties: {
      tags: { "owner.certferry.io": mark },
      enabled: true,
      notBefore: new Date("2026-01-01T00:00:00Z"),
      expiresOn: new Date("2027-01-01T00:00:00Z"),
      ...change.properties,
    },
    policy: {
      exportable: true,
      keyType: "EC",
      keyCurveName: "P-256",
      reuseKey: false,
      contentType: "application/x-pkcs12",
      issuerName: "Unknown",
      subject: "CN=web.example.com",
      lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
      ...change.policy,
    },
  } as KeyVaultCertificateWithPolicy;
  const chain = "chain" in change ? change.chain : [above ?? Buffer.alloc(0)];
  return { certificate, chain: chain && chainDigest(chain) };
}

function found(there: Held, target: AzureKeyVaultTarget = {}): string[] {
  return compare(there, wantedOf(target, desired, "2025-07-01")).map(({ what, by }) => `${by}: ${what}`);
}

describe("what lies in a vault is compared", () => {
  it("what an empty block asks for is there", () => {
    expect(found(held())).toEqual([]);
  });

  it.each<[string, Held, AzureKeyVaultTarget, string[]]>([
    ["another leaf", held({ cer: above ?? Buffer.alloc(0) }), {}, ["Import: certificate"]],
    ["a chain that is missing", held({ chain: [] }), {}, ["Import: chain"]],
    ["a chain that cannot be read", held({ chain: undefined }), {}, []],
    [
      "an order that is asked for",
      held({ properties: { preserveCertificateOrder: false } }),
      { preserveCertOrder: true },
      ["Import: preserveCertOrder"],
    ],
    ["an order of which an older API says nothing", held(), { preserveCertOrder: true }, []],
    ["no mark", held({ properties: { tags: {} } }), {}, ["Attributes: mark"]],
    ["a tag too few", held(), { tags: { team: "web" } }, ["Attributes: tag team"]],
    [
      "a tag too many",
      held({ properties: { tags: { "owner.certferry.io": mark, team: "x" } } }),
      {},
      ["Attributes: tag team"],
    ],
    ["disabled", held({ properties: { enabled: false } }), {}, ["Attributes: enabled"]],
    ["disabled as asked for", held({ properties: { enabled: false } }), { enabled: false }, []],
    [
      "other times",
      held(),
      { notBefore: "2026-02-01T00:00:00Z", expires: "2026-12-01T00:00:00.500Z" },
      ["Attributes: notBefore", "Attributes: expires"],
    ],
    ["a time of another zone that is the same", held(), { expires: "2027-01-01T01:00:00+01:00" }, []],
    ["a key that can be read", held(), { policy: { exportable: false } }, ["Import: policy exportable"]],
    ["another content type", held(), { policy: { contentType: "PEM" } }, ["Import: policy contentType"]],
    [
      "no HSM",
      held(),
      { policy: { keyType: "EC-HSM", exportable: false } },
      ["Import: policy exportable", "Import: policy keyType"],
    ],
    ["another issuer", held({ policy: { issuerName: "Self" } }), {}, ["Policy: policy issuer.name"]],
    ["reuse of the key", held(), { policy: { reuseKey: true } }, ["Policy: policy reuseKey"]],
    ["another subject", held(), { policy: { x509: { subject: "CN=other" } } }, ["Policy: policy x509.subject"]],
    [
      "usages in another order",
      held({ policy: { keyUsage: ["keyAgreement", "digitalSignature"] } }),
      { policy: { x509: { keyUsages: ["digitalSignature", "keyAgreement"] } } },
      [],
    ],
    [
      "names of which nothing is said",
      held({ policy: { subjectAlternativeNames: { dnsNames: ["a"], emails: ["b"] } } }),
      { policy: { x509: { sans: { dnsNames: ["a"] } } } },
      [],
    ],
    [
      "other names",
      held({ policy: { subjectAlternativeNames: { dnsNames: ["a"] } } }),
      { policy: { x509: { sans: { dnsNames: ["b"] } } } },
      ["Policy: policy x509.sans"],
    ],
    [
      "renewing that nobody asks for",
      held({ policy: { lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 30 }] } }),
      {},
      ["Policy: policy lifetimeActions"],
    ],
    [
      "a mail at another time than asked for",
      held(),
      { policy: { lifetimeActions: [{ action: "EmailContacts", trigger: { daysBeforeExpiry: 10 } }] } },
      ["Policy: policy lifetimeActions"],
    ],
    [
      "a mail as asked for",
      held(),
      { policy: { lifetimeActions: [{ action: "EmailContacts", trigger: { lifetimePercentage: 80 } }] } },
      [],
    ],
  ])("%s", (_, there, target, expected) => {
    expect(found(there, target)).toEqual(expected);
  });
});

describe("a changed policy", () => {
  const wanted = (target: AzureKeyVaultTarget) => wantedOf(target, desired, "2025-07-01").policy;

  it("keeps what the vault has and the block does not name", () => {
    const { certificate } = held({ policy: { subjectAlternativeNames: { emails: ["b"] }, validityInMonths: 12 } });
    const asked = wanted({ policy: { issuer: { name: "DigiCert" }, x509: { sans: { dnsNames: ["a"] } } } });
    expect(changedPolicy(certificate.policy ?? {}, asked)).toMatchObject({
      issuerName: "DigiCert",
      validityInMonths: 12,
      subjectAlternativeNames: { dnsNames: ["a"], emails: ["b"] },
      lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
    });
  });

  it("ends renewing that nobody asks for", () => {
    const { certificate } = held({ policy: { lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 30 }] } });
    expect(changedPolicy(certificate.policy ?? {}, wanted({})).lifetimeActions).toEqual([
      { action: "EmailContacts", lifetimePercentage: 80 },
    ]);
  });
});
