import { describe, expect, it } from "vitest";
import { importPolicy, policyOf } from "./policy.ts";

const rsa = { type: "RSA", size: 2048 } as const;
const ec = { type: "EC", curve: "P-384" } as const;

describe("the policy of an import", () => {
  it("says of the key what it is, and what unset fields mean", () => {
    expect(importPolicy(policyOf(undefined, rsa), rsa)).toEqual({
      key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: false },
      secret_props: { contentType: "application/x-pkcs12" },
      issuer: { name: "Unknown" },
    });
  });

  it("names key usages where a vault would refuse those of the certificate: an EC key cannot encipher", () => {
    const usages = ["digitalSignature", "keyEncipherment", "keyAgreement"] as const;
    expect(importPolicy(policyOf(undefined, ec, usages), ec)).toMatchObject({
      x509_props: { key_usage: ["digitalSignature", "keyAgreement"] },
    });
    expect(importPolicy(policyOf(undefined, rsa, usages), rsa)).not.toHaveProperty("x509_props");
    expect(importPolicy(policyOf(undefined, ec, ["digitalSignature"]), ec)).not.toHaveProperty("x509_props");
  });

  it.each(["keyEncipherment", "dataEncipherment", "encipherOnly", "decipherOnly"] as const)(
    "refuses %s of an EC key",
    (usage) => {
      const block = { x509: { keyUsages: ["digitalSignature", usage] } } satisfies Parameters<typeof policyOf>[0];
      expect(() => policyOf(block, ec)).toThrow(
        expect.objectContaining({
          reason: "PolicyMismatch",
          message: `policy.x509.keyUsages holds ${usage}, and an EC key can only sign; leave it out.`,
        }),
      );
      expect(() => policyOf(block, rsa)).not.toThrow();
    },
  );

  it("has every field of the block under its name on the wire", () => {
    const policy = policyOf(
      {
        exportable: false,
        keyType: "EC-HSM",
        curve: "P-384",
        reuseKey: true,
        contentType: "PEM",
        x509: {
          subject: "CN=web.example.com",
          ekus: ["1.3.6.1.5.5.7.3.1"],
          keyUsages: ["digitalSignature"],
          validityMonths: 12,
          sans: {
            dnsNames: ["web.example.com"],
            emails: ["web@example.com"],
            upns: ["web@corp"],
            uris: ["urn:web"],
            ipAddresses: ["10.0.0.1"],
          },
        },
        issuer: { name: "DigiCert", certificateType: "OV-SSL", certificateTransparency: true },
        lifetimeActions: [{ action: "EmailContacts", trigger: { daysBeforeExpiry: 30 } }],
      },
      ec,
    );
    expect(importPolicy(policy, ec)).toEqual({
      key_props: { exportable: false, kty: "EC-HSM", crv: "P-384", reuse_key: true },
      secret_props: { contentType: "application/x-pem-file" },
      x509_props: {
        subject: "CN=web.example.com",
        ekus: ["1.3.6.1.5.5.7.3.1"],
        key_usage: ["digitalSignature"],
        validity_months: 12,
        sans: {
          dns_names: ["web.example.com"],
          emails: ["web@example.com"],
          upns: ["web@corp"],
          uris: ["urn:web"],
          ipAddresses: ["10.0.0.1"],
        },
      },
      issuer: { name: "DigiCert", cty: "OV-SSL", cert_transparency: true },
      lifetime_actions: [{ trigger: { days_before_expiry: 30 }, action: { action_type: "EmailContacts" } }],
    });
  });

  it("leaves AutoRenew to a later change", () => {
    const policy = policyOf(
      {
        issuer: { name: "DigiCert" },
        lifetimeActions: [{ action: "AutoRenew", trigger: { lifetimePercentage: 80 } }],
      },
      rsa,
    );
    expect(importPolicy(policy, rsa)).not.toHaveProperty("lifetime_actions");
    expect(policy.lifetimeActions).toEqual([{ action: "AutoRenew", lifetimePercentage: 80 }]);
  });
});

describe("a policy that is not true of the key is refused", () => {
  it.each([
    ["EC for an RSA key", { keyType: "EC" }, rsa, /keyType is EC, and the certificate's key is RSA with 2048 bits/],
    ["RSA for an EC key", { keyType: "RSA" }, ec, /keyType is RSA, and the certificate's key is EC on P-384/],
    ["another size", { keySize: 4096 }, rsa, /keySize is 4096/],
    ["a size for an EC key", { keySize: 2048 }, ec, /keySize is 2048/],
    ["another curve", { curve: "P-256" }, ec, /curve is P-256/],
    ["a curve for an RSA key", { curve: "P-384" }, rsa, /curve is P-384/],
    ["an HSM and a key that can be read", { keyType: "RSA-HSM" }, rsa, /set policy\.exportable to false/],
  ] as const)("%s", (_, block, key, message) => {
    const refusal = expect.objectContaining({ name: "TerminalError", reason: "PolicyMismatch" });
    expect(() => policyOf(block, key)).toThrow(refusal);
    expect(() => policyOf(block, key)).toThrow(message);
  });

  it("but one that is true is taken", () => {
    expect(policyOf({ keyType: "RSA", keySize: 2048 }, rsa)).toMatchObject({ keyType: "RSA", keySize: 2048 });
  });
});
