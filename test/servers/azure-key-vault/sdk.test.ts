/** The vendor's SDK against the server: what it sends is taken, and what is answered it understands. */
import type { CertificateClient } from "@azure/keyvault-certificates";
import { expect, it } from "vitest";
import { claimsChallenge, internalError, throttled, unavailable } from "./index.ts";
import { startSdk } from "./testing/sdk.ts";

const importKind = "POST /certificates/{name}/import";
const getKind = "GET /certificates/{name}";

it("is challenged once, and then brings its token", async () => {
  const { sdk, server, entra, imported } = await startSdk();

  await imported();
  await sdk.getCertificate("web");

  expect(server.traffic.seen.map(({ kind, status }) => [kind, status])).toEqual([
    [importKind, 401],
    [importKind, 200],
    [getKind, 200],
  ]);
  expect(entra.directory.issued).toBe(1);
});

it("trusts the challenge of a vault below the resource's host", async () => {
  const { sdk, imported } = await startSdk({ host: "web.vault.azure.net" }, {});

  const { properties } = await imported();

  expect(properties.id).toMatch(/^https:\/\/web\.vault\.azure\.net\/certificates\/web\/[0-9a-f]{32}$/);
  expect((await sdk.getCertificate("web")).properties.id).toBe(properties.id);
});

it("distrusts the challenge of a vault elsewhere", async () => {
  const { imported } = await startSdk({}, {});

  await expect(imported()).rejects.toThrow("does not match the requested domain");
});

it("imports a PFX, and reads what the vault makes of it", async () => {
  const { sdk, imported } = await startSdk();

  const certificate = await imported();

  expect(certificate).toMatchObject({
    name: "web",
    policy: {
      keyType: "EC",
      keyCurveName: "P-256",
      exportable: true,
      reuseKey: false,
      contentType: "application/x-pkcs12",
      issuerName: "Unknown",
      subject: "CN=leaf.example.test",
      subjectAlternativeNames: { dnsNames: ["leaf.example.test"] },
      lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 80 }],
      validityInMonths: 3,
    },
    properties: {
      enabled: true,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: 90,
    },
  });
  const { cer, properties } = await sdk.getCertificate("web");
  expect(cer?.length).toBeGreaterThan(300);
  expect(properties.version).toBe(certificate.properties.version);
  expect(properties.expiresOn?.getTime()).toBeGreaterThan(Date.now());
});

it("finds an old version, and all of them in pages", async () => {
  const { sdk, server, imported } = await startSdk();
  const versions: (string | undefined)[] = [];
  for (let count = 0; count < 27; count += 1) versions.push((await imported()).properties.version);

  const first = await sdk.getCertificateVersion("web", versions[0] ?? "");
  const pages: number[] = [];
  const listed: (string | undefined)[] = [];
  for await (const page of sdk.listPropertiesOfCertificateVersions("web").byPage()) {
    pages.push(page.length);
    listed.push(...page.map(({ version }) => version));
  }

  expect(first.properties.version).toBe(versions[0]);
  expect(pages).toEqual([25, 2]);
  expect(new Set(listed)).toEqual(new Set(versions));
  expect(server.vault.certificates.find("web")?.versions).toHaveLength(27);
});

it("lists certificates, and those that are deleted", async () => {
  const { sdk, pfx } = await startSdk({ deleteMs: 1 });
  for (const name of ["a", "b"]) {
    await sdk.importCertificate(name, Buffer.from(pfx, "base64"), { password: "s3cret", tags: { owner: name } });
  }
  await (await sdk.beginDeleteCertificate("b", { intervalInMs: 20 })).pollUntilDone();

  const live = [];
  for await (const { name, tags } of sdk.listPropertiesOfCertificates()) live.push([name, tags]);
  const deleted = [];
  for await (const { name, recoveryId } of sdk.listDeletedCertificates()) deleted.push([name, typeof recoveryId]);

  expect(live).toEqual([["a", { owner: "a" }]]);
  expect(deleted).toEqual([["b", "string"]]);
});

it("changes tags and whether it is enabled without a version", async () => {
  const { sdk, server, imported } = await startSdk();
  const { properties } = await imported();

  await sdk.updateCertificateProperties("web", properties.version ?? "", { enabled: false, tags: { owner: "web" } });

  const changed = await sdk.getCertificate("web");
  expect(changed.properties).toMatchObject({
    version: properties.version,
    enabled: false,
    tags: { owner: "web" },
    expiresOn: properties.expiresOn,
  });
  expect(server.vault.certificates.find("web")?.versions).toHaveLength(1);
});

it("changes the policy, and keeps of it what is not said", async () => {
  const { sdk, imported } = await startSdk({ issuers: ["DigiCert"] });
  await imported();

  await sdk.updateCertificatePolicy("web", {
    subject: "CN=leaf.example.test",
    issuerName: "DigiCert",
    lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 30 }],
  });

  expect(await sdk.getCertificatePolicy("web")).toMatchObject({
    issuerName: "DigiCert",
    lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 30 }],
    contentType: "application/x-pkcs12",
    keyType: "EC",
    validityInMonths: 3,
  });
});

it("waits until a certificate is deleted, recovers it, and purges it", async () => {
  const { sdk, server, imported } = await startSdk({ deleteMs: 200, recoverMs: 200, purgeMs: 1 });
  const { id = "none" } = (await imported()).properties;

  const deleted = await (await sdk.beginDeleteCertificate("web", { intervalInMs: 20 })).pollUntilDone();
  expect(deleted).toMatchObject({
    properties: { id },
    name: "web",
    recoveryId: `${server.url}/deletedcertificates/web`,
  });
  expect(await codeOf(sdk.getCertificate("web"))).toEqual([404, "CertificateNotFound"]);

  const recovered = await (await sdk.beginRecoverDeletedCertificate("web", { intervalInMs: 20 })).pollUntilDone();
  expect(recovered.properties.id).toBe(id);
  expect((await sdk.getCertificate("web")).properties.id).toBe(id);

  await (await sdk.beginDeleteCertificate("web", { intervalInMs: 20 })).pollUntilDone();
  await sdk.purgeDeletedCertificate("web");
  expect(await codeOf(sdk.getDeletedCertificate("web"))).toEqual([404, "CertificateNotFound"]);
  // 404 as long as it went on.
  const polls = server.traffic.seen.filter(({ kind }) => kind === "GET /deletedcertificates/{name}");
  expect(polls.map(({ status }) => status)).toContain(404);
});

it("understands refusals", async () => {
  const { sdk, server, clientId, imported } = await startSdk();
  await imported();
  server.vault.setPending("web", true);
  expect(await codeOf(imported())).toEqual([409, "Forbidden"]);
  server.vault.access.grant(clientId, ["read"]);
  expect(await codeOf(imported())).toEqual([403, "Forbidden"]);
  expect(await codeOf(sdk.getCertificate("other"))).toEqual([404, "CertificateNotFound"]);
  expect(await codeOf(sdk.getCertificate("a.b"))).toEqual([400, "BadParameter"]);
});

it.each([
  ["is throttled", throttled(0)],
  ["meets an unavailable service", unavailable],
  ["meets a defect of the service", internalError],
])("tries again when it %s", async (_, fault) => {
  const { sdk, server, imported } = await startSdk();
  await imported();
  server.inject(fault, { kind: getKind, times: 2 });

  await sdk.getCertificate("web");

  expect(server.traffic.count(getKind)).toBe(3);
});

it("brings a new token when its claims are not enough", async () => {
  const { sdk, server, entra, imported } = await startSdk();
  await imported();
  const claims = { access_token: { nbf: { essential: true, value: "1795316400" } } };
  server.inject(claimsChallenge(entra.directory.tenantId, claims), { kind: getKind, times: 1 });

  await sdk.getCertificate("web");

  expect(server.traffic.count(getKind)).toBe(2);
  expect(entra.directory.issued).toBe(2);
});

async function codeOf(call: ReturnType<CertificateClient["getCertificate"]> | Promise<unknown>) {
  const { statusCode, code } = await call.then(
    () => ({ statusCode: 200, code: undefined }),
    (error: { statusCode: number; code: string }) => error,
  );
  return [statusCode, code];
}
