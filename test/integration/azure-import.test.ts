import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AzureWorld } from "./azure-world.ts";

const version = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
// A write without answer is looked for after half a minute, and machines are busy.
vi.setConfig({ testTimeout: 180_000 });

let all: AzureWorld;
beforeAll(async () => {
  all = await AzureWorld.start("azure-import", { issuers: ["DigiCert"] });
});
afterAll(() => all.close());

describe("C.5 Import Certificate", () => {
  it("value, pwd: a Secret's certificate goes with its key and chain as PFX under a password", async () => {
    const [leaf, issuer] = await all.source("plain");
    await all.import("plain");
    const { status } = await all.ready("plain");
    const { id, leaf: there, chain, key, contentType } = all.newest("plain");
    expect(there.toString()).toBe(leaf.pem);
    expect(chain.map(String)).toEqual([leaf.pem]);
    expect(issuer.pem).not.toBe(leaf.pem);
    expect(there.checkPrivateKey(key)).toBe(true);
    expect(contentType).toBe("application/x-pkcs12");
    expect(status?.delivery?.remote).toMatchObject({
      id: "https://web.vault.azure.net/certificates/plain",
      version: id,
    });
    expect(status?.summary).toContain("1/1");
  });

  it("value: the chain goes along, with its root where that is wanted", async () => {
    const [leaf, issuer] = await all.source("rooted");
    await all.import("rooted", {}, { chain: { root: "Include" } });
    await all.ready("rooted");
    expect(all.newest("rooted").chain.map(String)).toEqual([leaf.pem, issuer.pem]);
  });

  it("policy.secret_props.contentType: PEM goes as PEM, and the secret gives PEM back", async () => {
    await all.delivered("as-pem", { policy: { contentType: "PEM" } });
    expect(all.newest("as-pem").contentType).toBe("application/x-pem-file");
  });

  it("certificate-name: the block's; the resource's own, with hyphens for dots, where it has none", async () => {
    await all.delivered("named", { name: "Other-Name" });
    expect(all.keyVault.certificate("Other-Name")?.versions).toHaveLength(1);
    await all.delivered("dotted.example.com");
    expect(all.keyVault.certificate("dotted-example-com")?.versions).toHaveLength(1);
  });

  it("certificate-name: dots and wildcards are refused at admission, a name too long with what to do", async () => {
    await expect(all.import("wild", { name: "*.example.com" })).rejects.toThrow(/azureKeyVault\.name/);
    const long = `${"a".repeat(70)}.${"b".repeat(70)}`;
    await all.source(long, {});
    await all.import(long);
    expect(await all.told(long, "NameRefused")).toContain("set azureKeyVault.name");
  });

  it("tags: those of the block and our mark, and nothing else", async () => {
    await all.delivered("tagged", { tags: { team: "web", stage: "prod" } });
    const mark = `${all.world.home}/CertificateImport/${all.world.home}/tagged e3b0c44298fc1c14`;
    expect(all.newest("tagged").tags).toEqual({ team: "web", stage: "prod", "owner.certferry.io": mark });
  });

  it("attributes.enabled, nbf, exp: the block's, or the certificate's", async () => {
    await all.delivered("timed", {
      enabled: false,
      notBefore: "2026-01-01T00:00:00Z",
      expires: "2041-01-01T00:00:00Z",
    });
    expect(all.newest("timed").attributes).toMatchObject({ enabled: false, nbf: 1_767_225_600, exp: 2_240_611_200 });
    const { status } = await all.delivered("untimed");
    const { attributes, leaf } = all.newest("untimed");
    expect(attributes).toMatchObject({ enabled: true, exp: leaf.validToDate.getTime() / 1000 });
    expect(status?.azureKeyVault?.enabled).toBe(true);
  });

  it("attributes.created, updated, recoveryLevel, policy.id, id, kid, sid: in status", async () => {
    const { status } = await all.delivered("told");
    const { id, attributes } = all.newest("told");
    const base = "https://web.vault.azure.net";
    const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");
    expect(status?.azureKeyVault).toEqual({
      id: `${base}/certificates/told/${id}`,
      keyId: `${base}/keys/told/${id}`,
      secretId: `${base}/secrets/told/${id}`,
      policyId: `${base}/certificates/told/policy`,
      version,
      enabled: true,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: 90,
      created: time(attributes.created),
      updated: time(attributes.updated),
    });
  });

  it("preserveCertOrder: goes with an API that has it, and is refused with an older one", async () => {
    await all.delivered("ordered", { preserveCertOrder: true });
    expect(all.newest("ordered").preserveCertOrder).toBe(true);
    await all.store("old", all.keyVault.block({ apiVersion: "7.4" }));
    await all.source("old-order");
    await all.import("old-order", { preserveCertOrder: true }, { storeRef: { name: "old" } });
    expect(await all.told("old-order", "ApiVersionTooOld")).toContain("preserveCertOrder needs version 7.6");
  });

  it("api-version: what the store says", async () => {
    await all.store("older", all.keyVault.block({ apiVersion: "7.3" }));
    await all.source("spoken");
    await all.import("spoken", {}, { storeRef: { name: "older" } });
    await all.ready("spoken");
    expect(all.newest("spoken").leaf.subject).toBe("CN=spoken.example.com");
  });

  it("policy.key_props.exportable, kty, crv, reuse_key", async () => {
    await all.delivered("keyed", { policy: { exportable: false, keyType: "EC", curve: "P-256", reuseKey: true } });
    expect(all.keyVault.certificate("keyed")?.policy.key_props).toMatchObject({
      exportable: false,
      kty: "EC",
      crv: "P-256",
      reuse_key: true,
    });
    expect(all.newest("keyed").exportable).toBe(false);
  });

  it("policy.x509_props: subject, ekus, key_usage, validity_months, sans", async () => {
    await all.store("newest", all.keyVault.block({ apiVersion: "2025-07-01" }));
    const sans = {
      dnsNames: ["a.example.com"],
      emails: ["a@example.com"],
      upns: ["a@corp"],
      uris: ["urn:a"],
      ipAddresses: ["10.0.0.1"],
    };
    await all.source("x509");
    await all.import(
      "x509",
      {
        policy: {
          x509: {
            subject: "CN=renewed.example.com",
            ekus: ["1.3.6.1.5.5.7.3.1"],
            keyUsages: ["digitalSignature", "keyAgreement"],
            validityMonths: 3,
            sans,
          },
        },
      },
      { storeRef: { name: "newest" } },
    );
    await all.ready("x509");
    expect(all.keyVault.certificate("x509")?.policy.x509_props).toMatchObject({
      subject: "CN=renewed.example.com",
      ekus: ["1.3.6.1.5.5.7.3.1"],
      key_usage: ["digitalSignature", "keyAgreement"],
      validity_months: 3,
      sans: {
        dns_names: ["a.example.com"],
        emails: ["a@example.com"],
        upns: ["a@corp"],
        uris: ["urn:a"],
        ipAddresses: ["10.0.0.1"],
      },
    });
  });

  it("policy.issuer, lifetime_actions: AutoRenew is set by a later change of the policy, in one version", async () => {
    await all.delivered("renewing", {
      policy: {
        issuer: { name: "DigiCert", certificateType: "OV-SSL", certificateTransparency: true },
        lifetimeActions: [{ action: "AutoRenew", trigger: { daysBeforeExpiry: 30 } }],
      },
    });
    const certificate = all.keyVault.certificate("renewing");
    expect(certificate?.policy.issuer).toEqual({ name: "DigiCert", cty: "OV-SSL", cert_transparency: true });
    expect(certificate?.policy.lifetime_actions).toMatchObject([
      { action: { action_type: "AutoRenew" }, trigger: { days_before_expiry: 30 } },
    ]);
    expect(certificate?.versions).toHaveLength(1);
  });

  it("policy.lifetime_actions: a mail by percentage; a mail at 80 % and issuer Unknown where nothing is said", async () => {
    await all.delivered("mailing", {
      policy: { lifetimeActions: [{ action: "EmailContacts", trigger: { lifetimePercentage: 50 } }] },
    });
    const { policy } = all.keyVault.certificate("mailing") ?? {};
    expect(policy?.lifetime_actions).toMatchObject([
      { action: { action_type: "EmailContacts" }, trigger: { lifetime_percentage: 50 } },
    ]);
    expect(policy?.issuer).toEqual({ name: "Unknown" });
  });

  it("error code, innererror, message: reason and message of the condition", async () => {
    await all.source("refused");
    await all.import("refused", { policy: { issuer: { name: "Nobody" } } });
    expect(await all.told("refused", "Refused")).toContain(
      "The vault refuses to import certificate refused of web.vault.azure.net (BadParameter): The issuer Nobody was not found.",
    );
  });
});

it("a StoreDeployment brings one certificate under several names", async () => {
  await all.source("many");
  const target = (name: string, block: object): object => ({ name, storeRef: { name: "vault" }, azureKeyVault: block });
  await all.world.apply({
    ...all.ours("StoreDeployment", "many"),
    spec: {
      source: { secretRef: { name: "many" } },
      targets: [target("one", { name: "many-1" }), target("two", { name: "many-2", tags: { team: "b" } })],
    },
  });
  await all.world.reason("many", "Delivered");
  expect(all.newest("many-1").leaf.subject).toBe("CN=many.example.com");
  expect(all.newest("many-2").tags).toMatchObject({ team: "b" });
});

it("the store says which version its vault is", async () => {
  const { status } = await all.storeReady("vault");
  expect(status?.providerVersion).toBe("1.9.2400.1");
  expect(status?.capabilities).toEqual(["Import", "Deploy", "Download", "Remove"]);
});
