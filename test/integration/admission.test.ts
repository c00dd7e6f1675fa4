import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, target, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "admission");
});

/** What the API server says to a deployment, without storing it. */
async function refusal(spec: object, targets: readonly object[] = [target("one", world.away, "web")]): Promise<string> {
  const input = JSON.stringify(deployment(world.home, "tried", targets, spec));
  const args = ["apply", "--server-side", "--dry-run=server", "-f", "-"];
  return world.plane.kubectl(args, { input }).then(
    () => "taken",
    (error: unknown) => String(error),
  );
}

describe("a source is taken at admission", () => {
  it.each([
    [
      "a keystore with alias and passwords",
      {
        format: "PKCS12",
        keys: { keystore: "a.p12", ca: "ca.crt" },
        alias: "web",
        passwordSecretRef: { name: "p", key: "k" },
        keyPasswordSecretRef: { name: "p", key: "k" },
      },
    ],
    [
      "a PKCS#7 with an encrypted key apart",
      {
        format: "PKCS7",
        keys: { certificate: "a.p7b", privateKey: "a.key" },
        passwordSecretRef: { name: "p", key: "k" },
      },
    ],
  ])("%s", async (_, source) => {
    expect(await refusal({ source: { secretRef: { name: "s" }, ...source } })).toBe("taken");
  });
});

describe("a source is refused at admission", () => {
  const secretRef = { name: "s" };
  const configMapRef = { name: "c" };
  it.each([
    [
      "a keystore beside a certificate",
      { secretRef, keys: { keystore: "a", certificate: "b" } },
      "a keystore holds certificate and private key",
    ],
    [
      "a keystore beside a private key",
      { secretRef, keys: { keystore: "a", privateKey: "b" } },
      "a keystore holds certificate and private key",
    ],
    [
      "PKCS12 under keys.certificate",
      { secretRef, format: "PKCS12", keys: { certificate: "a" } },
      "name their key in keys.keystore",
    ],
    [
      "PKCS12 with a key apart",
      { secretRef, format: "PKCS12", keys: { privateKey: "a" } },
      "name their key in keys.keystore",
    ],
    ["an alias in PEM", { secretRef, format: "PEM", alias: "web" }, "format PEM, DER and PKCS7 have no aliases"],
    [
      "a keystore in DER",
      { secretRef, format: "DER", keys: { keystore: "a" } },
      "format PEM, DER and PKCS7 have no aliases",
    ],
    ["an alias in PKCS7", { secretRef, format: "PKCS7", alias: "web" }, "format PEM, DER and PKCS7 have no aliases"],
    [
      "a ConfigMap with a private key",
      { configMapRef, keys: { privateKey: "a" } },
      "a ConfigMap cannot hold a private key; use secretRef",
    ],
    [
      "a ConfigMap with a key's password",
      { configMapRef, keyPasswordSecretRef: { name: "p", key: "k" } },
      "there is none to have a password",
    ],
    ["two sources", { secretRef, configMapRef }, "exactly one of secretRef, configMapRef must be set"],
  ])("%s", async (_, source, words) => {
    expect(await refusal({ source })).toContain(words);
  });
});
