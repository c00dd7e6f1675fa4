import { describe, expect, it } from "vitest";
import { openSslPkcs12 } from "../../test/fixtures/keystores.ts";
import { chainFor, issue } from "../../test/fixtures/pki.ts";
import type { SourceSpec } from "../crds/index.ts";
import { certificateFacts } from "../formats/index.ts";
import { isStoreError } from "../stores/errors.ts";
import type { Material } from "./material.ts";
import { bundleFrom } from "./source-bundle.ts";
import { checkUsable } from "./usable.ts";

const { root, intermediate, leaf } = await chainFor("shop.example.com");
const chain = leaf.pem + intermediate.pem;
const secret: SourceSpec = { secretRef: { name: "s" } };

function material(values: Record<string, string | Buffer>, type?: string): Material {
  const bytes = Object.entries(values).map(([key, text]) => [key, Buffer.from(text)] as const);
  return { what: "Secret s", type, resourceVersion: "1", values: new Map(bytes) };
}

async function shape(values: Record<string, string>, spec: SourceSpec = secret, type?: string): Promise<object> {
  const { bundle } = await bundleFrom(material(values, type), spec, {}, { now: new Date() });
  const { chain, root, key, trusted } = bundle;
  const { subject } = certificateFacts(bundle.leaf);
  return { subject, chain: chain.length, root: root !== undefined, key: key !== undefined, trusted: trusted.length };
}

const subject = "CN=shop.example.com";

describe("a source", () => {
  it("of type kubernetes.io/tls has its keys where its type says", async () => {
    const values = { "tls.crt": chain, "tls.key": leaf.keyPem, "ca.crt": root.pem };
    expect(await shape(values, secret, "kubernetes.io/tls")).toEqual({
      subject,
      chain: 1,
      root: true,
      key: true,
      trusted: 1,
    });
  });

  it("may have an empty ca.crt, as cert-manager writes it", async () => {
    const values = { "tls.crt": chain, "tls.key": leaf.keyPem, "ca.crt": "" };
    expect(await shape(values, secret, "kubernetes.io/tls")).toMatchObject({ root: false, trusted: 0 });
  });

  it("without a type may use usual names, and any when they are said", async () => {
    expect(await shape({ "server.crt": chain, "server.key": leaf.keyPem })).toMatchObject({ chain: 1, key: true });
    const spec = { ...secret, keys: { certificate: "mine", privateKey: "also-mine" } };
    expect(await shape({ mine: chain, "also-mine": leaf.keyPem }, spec)).toMatchObject({ chain: 1, key: true });
  });

  it("may hold key and certificates in one value", async () => {
    expect(await shape({ "tls.pem": leaf.keyPem + chain })).toMatchObject({ subject, key: true, chain: 1 });
  });

  it("may be a keystore under a usual name, or the only value beside the password", async () => {
    const p12 = openSslPkcs12({ alias: "web", leaf, chain: [intermediate] }, "pass");
    const passwords = { store: { bytes: Buffer.from("pass"), where: "Secret s, key p," } };
    const usual = material({ "keystore.p12": p12, "ca.crt": root.pem, extra: "x" });
    expect((await bundleFrom(usual, secret, passwords, { now: new Date() })).format).toBe("PKCS12");
    const spec = { ...secret, passwordSecretRef: { name: "s", key: "p" } };
    const only = material({ p: "pass", "web.bin": p12 });
    expect((await bundleFrom(only, spec, passwords, { now: new Date() })).bundle.key).toBeDefined();
    await expect(bundleFrom(only, secret, passwords, { now: new Date() })).rejects.toThrow("it has: p, web.bin");
  });

  it("whose password is wrong with and without its line break keeps the password out of the message", async () => {
    const p12 = openSslPkcs12({ alias: "web", leaf }, "pass");
    const passwords = { store: { bytes: Buffer.from("other-one\n"), where: "Secret s, key p," } };
    const opened = bundleFrom(material({ "keystore.p12": p12 }), secret, passwords, { now: new Date() });
    await expect(opened).rejects.toMatchObject({ name: "TerminalError", reason: "WrongPassword" });
    await expect(opened).rejects.not.toThrow("other-one");
  });

  it("from a ConfigMap has no key, whatever lies beside", async () => {
    expect(await shape({ "tls.crt": chain, "tls.key": leaf.keyPem }, { configMapRef: { name: "c" } })).toMatchObject({
      key: false,
    });
  });

  it.each<[string, Record<string, string>, SourceSpec, string, string]>([
    [
      "no usual name",
      { a: chain, b: "x" },
      secret,
      "SourceKeyMissing",
      "Secret s has no key with a usual name for a certificate or a keystore (it has: a, b)",
    ],
    [
      "a name that is not there",
      {},
      { ...secret, keys: { certificate: "a" } },
      "SourceKeyMissing",
      "Secret s has no key a",
    ],
    [
      "nothing under the name",
      { a: "" },
      { ...secret, keys: { certificate: "a" } },
      "SourceKeyMissing",
      "has nothing under the key a",
    ],
    ["no PEM", { "tls.crt": "hello" }, secret, "Malformed", "Secret s, key tls.crt: There is no PEM block"],
    [
      "a certificate for a key",
      { "tls.crt": chain, "tls.key": root.pem },
      secret,
      "Malformed",
      "Key tls.key holds no private key",
    ],
  ])("with %s says so", async (_, values, spec, reason, words) => {
    const expected = { name: "TerminalError", reason, message: expect.stringContaining(words) };
    await expect(bundleFrom(material(values), spec, {}, { now: new Date() })).rejects.toMatchObject(expected);
  });
});

describe("a certificate can be delivered", () => {
  const valid = { notBefore: new Date("2026-02-01T00:00:00Z"), notAfter: new Date("2026-03-01T00:00:00Z") };

  async function reasonAt(at: string): Promise<string> {
    const { certificate } = await issue({ subject: "CN=a", ...valid });
    try {
      checkUsable(certificateFacts(Buffer.from(certificate.rawData)), new Date(at));
      return "none";
    } catch (error) {
      return isStoreError(error) ? error.reason : String(error);
    }
  }

  it.each([
    ["2026-01-31T23:59:59Z", "NotYetValid"],
    ["2026-02-01T00:00:00Z", "none"],
    ["2026-02-28T23:59:59Z", "none"],
    ["2026-03-01T00:00:00Z", "Expired"],
  ])("at %s, with this against it: %s", async (at, expected) => {
    expect(await reasonAt(at)).toBe(expected);
  });

  it("not when it is cert-manager's temporary one, also after it expired", async () => {
    const { certificate } = await issue({ subject: "CN=cert-manager.local", ...valid });
    const facts = certificateFacts(Buffer.from(certificate.rawData));
    expect(() => checkUsable(facts, new Date("2027-01-01"))).toThrow(
      expect.objectContaining({ name: "WaitingError", reason: "TemporaryCertificate" }),
    );
  });
});
