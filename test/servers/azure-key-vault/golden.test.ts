/** The reference's exchanges D20 to D29, with their literal values where they have some. */
import { expect, it } from "vitest";
import { throttled } from "./index.ts";
import { type Bundle, bundle, identityFor, pemPolicy, Scene, start, versionOf } from "./testing/scene.ts";

it("D20: challenges a request without token and body before anything else", async () => {
  const { client, server, directory } = await Scene.start();

  const reply = await client.post("/certificates/web/import", undefined, {
    headers: { authorization: undefined, "x-ms-client-request-id": "mine" },
    query: "api%2Dversion=2025-07-01",
  });

  expect([reply.status, reply.json]).toEqual([
    401,
    { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
  ]);
  expect(reply.headers).toMatchObject({
    "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${directory.tenantId}", resource="https://vault.azure.net"`,
    "content-type": "application/json; charset=utf-8",
    "x-ms-client-request-id": "mine",
    "x-ms-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "x-ms-keyvault-region": "westeurope",
    "x-ms-keyvault-service-version": "1.9.2400.1",
    "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
  });
  expect(server.traffic.count("POST /certificates/{name}/import")).toBe(1);
});

it("D21: imports a PEM", async () => {
  const { client } = await Scene.start({ host: "v.vault.azure.net" });
  const { pem: value, leaf } = await identityFor("leaf.example.test");
  const policy = {
    key_props: { exportable: false, kty: "EC", crv: "P-256", reuse_key: false },
    secret_props: { contentType: "application/x-pem-file" },
  };

  const { status, json } = await client.post("/certificates/web/import", { value, policy, tags: { owner: "web" } });

  const id = versionOf(json as Bundle);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  const x5t = Buffer.from(await leaf.certificate.getThumbprint("SHA-1")).toString("base64url");
  expect([status, json]).toEqual([
    200,
    {
      id: `https://v.vault.azure.net/certificates/web/${id}`,
      kid: `https://v.vault.azure.net/keys/web/${id}`,
      sid: `https://v.vault.azure.net/secrets/web/${id}`,
      x5t,
      cer: Buffer.from(leaf.certificate.rawData).toString("base64"),
      attributes: {
        enabled: true,
        nbf: 1_795_219_200,
        exp: 1_803_081_600,
        created: start,
        updated: start,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      },
      tags: { owner: "web" },
      preserveCertOrder: false,
      policy: {
        id: "https://v.vault.azure.net/certificates/web/policy",
        key_props: { exportable: false, kty: "EC", key_size: 256, crv: "P-256", reuse_key: false },
        secret_props: { contentType: "application/x-pem-file" },
        x509_props: {
          subject: "CN=leaf.example.test",
          sans: { dns_names: ["leaf.example.test"] },
          ekus: [],
          key_usage: [],
          validity_months: 3,
          basic_constraints: { ca: false },
        },
        lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
        issuer: { name: "Unknown" },
        attributes: { enabled: true, created: start, updated: start },
      },
    },
  ]);
});

it("D22: keeps the name of a deleted certificate", async () => {
  const scene = await Scene.start();
  await scene.imported();
  await scene.client.delete("/certificates/web");
  scene.pass(1_000);

  const { pfx: value } = await identityFor("leaf.example.test");
  const reply = await scene.client.post("/certificates/web/import", { value, pwd: "s3cret" });

  expect([reply.status, reply.json]).toEqual([
    409,
    {
      error: {
        code: "Conflict",
        message:
          "Certificate web is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
        innererror: { code: "ObjectIsDeletedButRecoverable" },
      },
    },
  ]);
});

it("D23: imports nothing while an operation is pending, with the code of a 403", async () => {
  const scene = await Scene.start();
  await scene.imported();
  scene.server.vault.setPending("web", true);
  const { pfx: value } = await identityFor("leaf.example.test");
  const send = () => scene.client.post("/certificates/web/import", { value, pwd: "s3cret" });

  const reply = await send();

  expect([reply.status, reply.json]).toEqual([
    409,
    {
      error: {
        code: "Forbidden",
        message:
          "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
      },
    },
  ]);
  scene.server.vault.setPending("web", false);
  expect((await send()).status).toBe(200);
});

it("D24: throttles", async () => {
  const { client, server } = await Scene.start();
  server.inject(throttled(10), { kind: "GET /certificates/{name}", times: 1 });

  const reply = await client.get("/certificates/web/");

  expect([reply.status, reply.headers["retry-after"], reply.json]).toEqual([
    429,
    "10",
    {
      error: {
        code: "Throttled",
        message:
          "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        innererror: { code: "VaultRequestTypeLimitReached" },
      },
    },
  ]);
});

it("D25: names the action that a role is missing for", async () => {
  const { client, server, clientId } = await Scene.start({ host: "v.vault.azure.net" });
  server.vault.access.grant(clientId, ["read"]);

  const reply = await client.post("/certificates/web/import", { value: "x" });

  expect([reply.status, reply.json]).toEqual([
    403,
    {
      error: {
        code: "Forbidden",
        message: expect.stringMatching(
          /^Caller is not authorized to perform action on resource\.\r\n[^]*Action: 'Microsoft\.KeyVault\/vaults\/certificates\/import\/action'\r\nResource: '[^']*\/vaults\/v\/certificates\/web\/import'\r\n/,
        ),
        innererror: { code: "ForbiddenByRbac" },
      },
    },
  ]);
});

const unexpectedFormat = {
  error: {
    code: "BadParameter",
    message:
      "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate is in valid PEM format.",
  },
};

it("D26: refuses a PEM with CRLF", async () => {
  const { client } = await Scene.start();
  const { pem } = await identityFor("leaf.example.test");

  const value = pem.replaceAll("\n", "\r\n");
  const reply = await client.post("/certificates/web/import", { value, policy: pemPolicy });

  expect([reply.status, reply.json]).toEqual([400, unexpectedFormat]);
});

it("D27: refuses the wrong password of a PFX", async () => {
  const { client } = await Scene.start();
  const { pfx: value } = await identityFor("leaf.example.test");

  const reply = await client.post("/certificates/web/import", { value, pwd: "wrong" });

  expect([reply.status, reply.json]).toEqual([
    400,
    {
      error: {
        code: "BadParameter",
        message:
          "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.",
      },
    },
  ]);
});

it("D28: has no certificate that was never there", async () => {
  const { client } = await Scene.start();

  const reply = await client.get("/certificates/web/");

  expect([reply.status, reply.json]).toEqual([
    404,
    { error: { code: "CertificateNotFound", message: "Certificate not found: web" } },
  ]);
});

it("D29: deletes, and purges", async () => {
  const scene = await Scene.start({ host: "v.vault.azure.net" });
  const { id } = await scene.imported();

  const deleted = await scene.client.delete("/certificates/web");

  expect(bundle(deleted)).toMatchObject({
    id,
    recoveryId: "https://v.vault.azure.net/deletedcertificates/web",
    deletedDate: start,
    scheduledPurgeDate: start + 90 * 86_400,
  });
  scene.pass(1_000);
  const purged = await scene.client.delete("/deletedcertificates/web");
  expect([purged.status, purged.text]).toEqual([204, ""]);
});

it("D29: does not purge under purge protection", async () => {
  const scene = await Scene.start({ purgeProtection: true });
  const { attributes } = await scene.imported();
  await scene.client.delete("/certificates/web");
  scene.pass(1_000);

  const reply = await scene.client.delete("/deletedcertificates/web");

  expect(attributes["recoveryLevel"]).toBe("Recoverable");
  expect([reply.status, reply.json]).toMatchObject([403, { error: { code: "Forbidden" } }]);
});
