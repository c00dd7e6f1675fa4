import { expect, it } from "vitest";
import type { ServerOptions } from "./index.ts";
import { bundle, identityFor, Scene } from "./testing/scene.ts";

const pfx = { secret_props: { contentType: "application/x-pkcs12" } };
const invalid = (name: string) => ({
  error: { code: "BadParameter", message: `Property ${name} has invalid value\r\n` },
});
const percent = (lifetime_percentage: number) => ({ lifetime_percentage });
const days = (days_before_expiry: number) => ({ days_before_expiry });
const mail = (trigger: object) => ({ lifetime_actions: [{ trigger, action: { action_type: "EmailContacts" } }] });
const renew = { lifetime_actions: [{ trigger: percent(80), action: { action_type: "AutoRenew" } }] };

async function withPfx(options: Partial<ServerOptions> = {}) {
  const scene = await Scene.start(options);
  const { pfx: value } = await identityFor("leaf.example.test");
  const send = (policy: object | undefined, query = "api-version=2025-07-01") =>
    scene.client.post("/certificates/web/import", { value, pwd: "s3cret", policy }, { query });
  return { scene, send };
}

it("takes a whole policy", async () => {
  const { send } = await withPfx({ issuers: ["DigiCert"] });
  const policy = {
    key_props: { exportable: true, kty: "EC", key_size: 256, reuse_key: true, crv: "P-256" },
    secret_props: { contentType: "application/x-pkcs12" },
    x509_props: {
      subject: "CN=renewed.example.test",
      ekus: ["1.3.6.1.5.5.7.3.1"],
      key_usage: ["digitalSignature"],
      validity_months: 12,
      sans: {
        dns_names: ["renewed.example.test"],
        emails: ["a@example.test"],
        upns: ["u@example.test"],
        uris: ["https://example.test"],
        ipAddresses: ["192.0.2.1"],
      },
    },
    lifetime_actions: [{ trigger: days(30), action: { action_type: "EmailContacts" } }],
    issuer: { name: "DigiCert", cty: "OV-SSL", cert_transparency: false },
  };

  expect(bundle(await send(policy)).policy).toMatchObject(policy);
});

it("takes what the policy does not say from the certificate", async () => {
  const { send } = await withPfx();

  expect(bundle(await send({ ...pfx, key_props: { reuse_key: true } })).policy).toMatchObject({
    key_props: { exportable: true, kty: "EC", crv: "P-256", reuse_key: true },
    x509_props: { subject: "CN=leaf.example.test" },
    issuer: { name: "Unknown" },
  });
});

it("wants the content type of whoever sends a policy", async () => {
  const { send } = await withPfx();

  const { status, json } = await send(mail(percent(50)));

  expect([status, json]).toEqual([400, invalid("policy")]);
});

it.each([
  ["a content type", { secret_props: { contentType: "application/pdf" } }, invalid("contentType")],
  ["a subject of 201 characters", { ...pfx, x509_props: { subject: `CN=${"x".repeat(198)}` } }, invalid("subject")],
  ["an extended usage that is no OID", { ...pfx, x509_props: { ekus: ["serverAuth"] } }, invalid("ekus")],
  ["a usage that is none", { ...pfx, x509_props: { key_usage: ["sign"] } }, invalid("policy")],
  ["no months", { ...pfx, x509_props: { validity_months: -1 } }, invalid("validity_months")],
  ["no trigger", { ...pfx, ...mail({}) }, invalid("trigger")],
  ["two triggers", { ...pfx, ...mail({ ...percent(80), ...days(10) }) }, invalid("trigger")],
  ["0 percent", { ...pfx, ...mail(percent(0)) }, invalid("lifetime_percentage")],
  ["100 percent", { ...pfx, ...mail(percent(100)) }, invalid("lifetime_percentage")],
  ["0 days", { ...pfx, ...mail(days(0)) }, invalid("days_before_expiry")],
  [
    "more than 27 days for each month",
    { ...pfx, x509_props: { validity_months: 3 }, ...mail(days(82)) },
    invalid("days_before_expiry"),
  ],
])("refuses %s", async (_, policy, refusal) => {
  const { send, scene } = await withPfx();

  const { status, json } = await send(policy);

  expect([status, json]).toEqual([400, refusal]);
  expect(scene.server.vault.certificates.all()).toEqual([]);
});

it.each([
  ["1 percent", mail(percent(1))],
  ["99 percent", mail(percent(99))],
  ["27 days for each month", { x509_props: { validity_months: 3 }, ...mail(days(81)) }],
  ["a subject of 200 characters", { x509_props: { subject: `CN=${"x".repeat(197)}` } }],
])("takes %s", async (_, policy) => {
  const { send } = await withPfx();

  expect((await send({ ...pfx, ...policy })).status).toBe(200);
});

it("knows no issuer that the vault lacks", async () => {
  const { send } = await withPfx();

  expect((await send({ ...pfx, issuer: { name: "DigiCert" } })).status).toBe(400);
  expect((await send({ ...pfx, issuer: { name: "Self" } })).status).toBe(200);
});

it("renews nothing by an import, and by a change only with an issuer", async () => {
  const { send, scene } = await withPfx({ issuers: ["DigiCert"] });
  const issuer = { issuer: { name: "DigiCert" } };
  expect((await send({ ...pfx, ...renew, ...issuer })).status).toBe(400);
  await send(undefined);
  const patch = (body: object) => scene.client.patch("/certificates/web/policy", body);

  expect((await patch(renew)).status).toBe(400);
  expect(await patch({ ...renew, ...issuer })).toMatchObject({ status: 200, json: { ...renew, ...issuer } });
  expect((await patch({ issuer: { name: "Unknown" } })).status).toBe(400);
});

it("changes of a policy what is said, member by member", async () => {
  const { send, scene } = await withPfx();
  const { policy } = bundle(await send({ ...pfx, ...mail(percent(50)) }));
  scene.pass(60_000);

  const body = { key_props: {}, secret_props: {}, x509_props: { subject: "CN=other.example.test" } };
  const { json } = await scene.client.patch("/certificates/web/policy", body);

  expect(json).toEqual({
    ...policy,
    x509_props: { ...policy["x509_props"], subject: "CN=other.example.test" },
    attributes: { enabled: true, created: 1_795_316_400, updated: 1_795_316_460 },
  });
  expect((await scene.client.get("/certificates/web/policy")).json).toEqual(json);
  expect(bundle(await scene.client.get("/certificates/web/")).policy).toEqual(json);
  expect(scene.server.vault.certificates.find("web")?.versions).toHaveLength(1);
});

it("is changed with the certificate's attributes as well", async () => {
  const { send, scene } = await withPfx();
  await send(undefined);

  const body = { policy: { key_props: { reuse_key: true } } };

  expect(bundle(await scene.client.patch("/certificates/web/", body)).policy["key_props"]).toMatchObject({
    reuse_key: true,
    kty: "EC",
  });
});

it.each([
  ["Replaced", "Unknown"],
  ["Kept", "DigiCert"],
] as const)("can be %s by an import without policy", async (policyOnImport, name) => {
  const { send, scene } = await withPfx({ policyOnImport, issuers: ["DigiCert"] });
  await send(undefined);
  await scene.client.patch("/certificates/web/policy", { issuer: { name: "DigiCert" } });

  expect(bundle(await send(undefined)).policy["issuer"]).toEqual({ name });
});

it("knows URIs and addresses since 2025-07-01", async () => {
  const { send } = await withPfx();
  const sans = { dns_names: ["a.example.test"], uris: ["https://a.example.test"], ipAddresses: ["192.0.2.1"] };
  const policy = { ...pfx, x509_props: { sans } };

  expect(bundle(await send(policy, "api-version=2025-07-01")).policy["x509_props"]?.["sans"]).toEqual(sans);
  expect(bundle(await send(policy, "api-version=7.6")).policy["x509_props"]?.["sans"]).toEqual({
    dns_names: ["a.example.test"],
  });
});
