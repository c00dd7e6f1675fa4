import { describe, expect, it } from "vitest";
import { CA_PEM, OTHER_CA_PEM } from "../../kube/testing/certificates.ts";
import type { SecretData } from "../contract.ts";
import { caPemOf, caRefs } from "./ca.ts";

const { signal } = new AbortController();

/** What a store gets that names a key of a Secret or ConfigMap that holds this. */
function ca(kind: "caSecretRef" | "caConfigMapRef", text: string | undefined): Promise<string | undefined> {
  const values: SecretData = new Map(text === undefined ? [] : [["ca.crt", Buffer.from(text)]]);
  const nothing = (): Promise<SecretData> => Promise.resolve(new Map());
  const read = ({ name }: { name: string }): Promise<SecretData> =>
    name === "roots" ? Promise.resolve(values) : nothing();
  const context =
    kind === "caSecretRef"
      ? { readSecret: read, readConfigMap: nothing }
      : { readSecret: nothing, readConfigMap: read };
  return caPemOf({ [kind]: { name: "roots", key: "ca.crt" } }, context, signal);
}

describe.each(["caSecretRef", "caConfigMapRef"] as const)("the CA of %s", (kind) => {
  it("is all certificates of the key, without what people write around them", async () => {
    expect(await ca(kind, `# prod\r\n${CA_PEM}\n# old\n${OTHER_CA_PEM}`)).toBe(
      `${CA_PEM.trim()}\n${OTHER_CA_PEM.trim()}`,
    );
  });

  it.each<[string, string, string]>([
    ["nothing", "", "no certificate"],
    ["a key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "no certificate"],
    ["half a certificate", CA_PEM.slice(0, 200), "no certificate"],
    [
      "a certificate and rubbish",
      `${CA_PEM}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----`,
      "something that is no certificate",
    ],
  ])("is refused when there is %s", async (_, text, what) => {
    const where = kind === "caSecretRef" ? "Secret" : "ConfigMap";
    await expect(ca(kind, text)).rejects.toMatchObject({
      name: "TerminalError",
      reason: "InvalidCa",
      message: `${where} roots, key ca.crt, holds ${what}; put CA certificates there, as PEM.`,
    });
  });
});

it("the key that holds the CA is waited for", async () => {
  await expect(ca("caSecretRef", undefined)).rejects.toMatchObject({
    name: "WaitingError",
    reason: "SecretKeyMissing",
  });
  const message = "ConfigMap roots has no key ca.crt; put the CA certificates of the store there, as PEM.";
  await expect(ca("caConfigMapRef", undefined)).rejects.toMatchObject({ reason: "ConfigMapKeyMissing", message });
});

it("a store that names no CA has none, and refers to nothing", async () => {
  const nothing = (): Promise<SecretData> => Promise.reject(new Error("read"));
  expect(await caPemOf({}, { readSecret: nothing, readConfigMap: nothing }, signal)).toBeUndefined();
  expect(caRefs({})).toEqual({ secrets: [], configMaps: [] });
  expect(caRefs({ caConfigMapRef: { name: "roots", key: "k" } })).toMatchObject({ configMaps: [{ name: "roots" }] });
});
