import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CommandScene, importContext } from "../../../test/fixtures/command-store.ts";
import { desiredOf } from "../../../test/fixtures/place.ts";
import { issue } from "../../../test/fixtures/pki.ts";
import { html } from "../../../test/servers/keyfactor/http/answer.ts";
import { instead } from "../../../test/servers/http/faults.ts";
import {
  emptyUnauthorized,
  type Fault,
  halfABody,
  htmlUnauthorized,
  tooManyRequests,
  unavailable,
} from "../../../test/servers/keyfactor/index.ts";
import type { Desired } from "../contract.ts";

const signal = AbortSignal.timeout(60_000);

async function desired(): Promise<Desired> {
  return desiredOf(await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] }));
}

/** What a check comes to when it is answered so. */
async function checked(fault: Fault): Promise<unknown> {
  const { server, store } = await started();
  server.inject(fault);
  return (await store()).check(signal).catch((error: unknown) => error);
}

async function started(options: Parameters<typeof CommandScene.start>[0] = {}) {
  const scene = await CommandScene.start(options);
  return { server: scene.server, store: scene.store.bind(scene) };
}

describe("a check", () => {
  it("tells the version that Command tells", async () => {
    const { store } = await started({ version: "24.4" });
    expect(await (await store()).check(signal)).toEqual({ providerVersion: "24.4.0.0" });
  });

  it("asks below another apiPath, with or without slashes around it", async () => {
    const { server, store } = await started({ apiPath: "command/api" });
    await (await store({ block: { apiPath: "/command/api/" } })).check(signal);
    expect(server.traffic.seen.map(({ url }) => url)).toEqual(["/command/api/Status/Endpoints"]);
  });

  it.each([
    ["HTML", htmlUnauthorized],
    ["an empty body", emptyUnauthorized],
  ])("takes a 401 with %s for a login that is refused", async (_, fault) => {
    expect(await checked(fault)).toMatchObject({ reason: "CredentialsRefused" });
  });

  it("says that no Keyfactor API is there when the web server itself answers", async () => {
    const { store } = await started();
    const elsewhere = await store({ block: { apiPath: "Portal" } });
    await expect(elsewhere.check(signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "NoSuchApi",
      message:
        "Where the store's url and apiPath lead, nothing answers as the Keyfactor API does (asked to tell its endpoints); correct them.",
    });
  });

  it.each([
    ["503 of IIS", unavailable],
    ["half a body", halfABody],
    ["HTML with status 200", instead(html(200, "<html>"))],
  ])("is tried again after %s", async (_, fault) => {
    expect(await checked(fault)).toMatchObject({ name: "TransientError", reason: "StoreUnavailable" });
  });

  it("waits as long as a 429 says", async () => {
    const soonest = Date.now() + 60_000;
    const error = await checked(tooManyRequests(60));
    expect(error).toMatchObject({ name: "TransientError", happened: "no" });
    expect((error as { retryAfter: Date }).retryAfter.getTime()).toBeGreaterThanOrEqual(soonest);
  });
});

describe("a refusal", () => {
  it("names the access rule that is missing, and what Command says", async () => {
    const roles = [{ id: 1, name: "Administrator", permissions: ["/certificates/import/"] }];
    const { store } = await started({ roles });
    const place = (await store()).place({}, importContext());
    await expect(place.observe(await desired(), signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "AccessDenied",
      message:
        "The store's account may not look for a certificate: grant a role of it the access rule /certificates/collections/read/ in Command. Command says: User CORP\\certferry doesn't have the required permission",
    });
  });

  it("names the rule of the store's collection as well, and asks there", async () => {
    const permissions = ["/certificates/collections/read/3/"];
    const { server, store } = await started({ roles: [{ id: 1, name: "Administrator", permissions }] });
    const scoped = await store({ block: { collectionId: 3 } });
    expect(await scoped.place({}, importContext()).observe(await desired(), signal)).toEqual({ state: "Absent" });
    const other = await store({ block: { collectionId: 4 } });
    await expect(other.place({}, importContext()).observe(await desired(), signal)).rejects.toMatchObject({
      message: expect.stringContaining(
        "/certificates/collections/read/ or /certificates/collections/read/4/ in Command",
      ),
    });
    expect(server.traffic.seen.some(({ url }) => url.includes("collectionId=3"))).toBe(true);
  });

  it("tells when the web server takes no file of that size", async () => {
    const { server, store } = await started();
    const place = (await store()).place({}, importContext());
    const wanted = await desired();
    const seen = await place.observe(wanted, signal);
    server.inject(instead(html(413, "413 - Request Entity Too Large.")), { kind: "POST /Certificates/Import" });
    await expect(place.put(wanted, seen, signal)).rejects.toMatchObject({
      name: "BlockedError",
      reason: "Refused",
      message: "It is larger than the web server before Command takes: import a certificate.",
    });
  });

  it("tells Command's words without control characters, and cut", async () => {
    const { server, store } = await started();
    const place = (await store()).place({}, importContext());
    const wanted = await desired();
    const seen = await place.observe(wanted, signal);
    const json = { ErrorCode: "0xA0110000", Message: `a\r\n\u0007b ${"x".repeat(500)}` };
    server.inject(instead({ status: 400, headers: {}, body: { json } }), { kind: "POST /Certificates/Import" });
    await expect(place.put(wanted, seen, signal)).rejects.toMatchObject({
      reason: "Refused",
      message: `Command refuses to import a certificate. It says: a b ${"x".repeat(155)}…`,
    });
  });
});

describe("versions", () => {
  it.each([
    ["10.5", "pq.queryString", "pq.includeExpired"],
    ["11.0", "QueryString", "IncludeExpired"],
    ["25.1", "QueryString", "IncludeExpired"],
  ])("a list of %s is asked for by %s", async (version, query, flag) => {
    const { server, store } = await started({ version });
    await (await store()).place({}, importContext()).observe(await desired(), signal);
    const { url } = server.traffic.seen.at(-1) ?? { url: "" };
    const names = [...new URL(url, server.url).searchParams.keys()];
    expect(names).toContain(query);
    expect(names).toContain(flag);
  });

  it.each(["10.5", "11.6", "12.4", "24.4", "25.1"])("%s imports, finds and removes a certificate", async (version) => {
    const { server, store } = await started({ version });
    const opened = await store();
    const wanted = await desired();
    const place = opened.place({}, importContext());
    const result = await place.put(wanted, await place.observe(wanted, signal), signal);
    expect(result).toMatchObject({ outcome: "Written", seen: { state: "Present", differs: [] } });
    const [held] = server.command.certificates.all();
    const key = JSON.stringify({
      installation: place.address.replace("/certificates", ""),
      thumbprint: held?.facts.Thumbprint,
    });
    const readSecret = (): never => {
      throw new Error("no Secret is read");
    };
    expect(await opened.remove(key, "mark", { readSecret }, signal)).toEqual({});
    expect(server.command.certificates.all()).toEqual([]);
  });
});

describe("what Command holds already", () => {
  it("is found by id, by thumbprint, and by the request that it was issued for", async () => {
    const { server, store } = await started();
    const { x509, id } = server.command.addCertificate((await issue({ subject: "CN=held" })).pem);
    const requested = server.command.certificates.record(
      new X509Certificate((await issue({ subject: "CN=requested" })).pem),
      77,
    ).certificate;
    const opened = await store();
    const thumbprint = server.command.certificate(id)?.facts.Thumbprint ?? "";
    const held = { content: x509.raw, remote: { id: String(id), version: thumbprint } };
    expect(await opened.held?.({ id }, signal)).toEqual(held);
    expect(await opened.held?.({ thumbprint: thumbprint.toLowerCase() }, signal)).toEqual(held);
    expect(await opened.held?.({ requestId: 77 }, signal)).toMatchObject({ remote: { id: String(requested.id) } });
  });

  it("is waited for while it is not there", async () => {
    const { store } = await started();
    const opened = await store();
    await expect(opened.held?.({ requestId: 78 }, signal)).rejects.toMatchObject({
      name: "WaitingError",
      reason: "CertificateMissing",
      message: "Command has issued nothing for request 78 yet; if it waits for approval, approve it there.",
    });
    await expect(opened.held?.({ id: 9 }, signal)).rejects.toMatchObject({ reason: "CertificateMissing" });
  });
});
