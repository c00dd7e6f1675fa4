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

const passwordSecretRef = { name: "p", key: "k" };

function withOutputs(outputs: readonly object[], more: object = {}): Promise<string> {
  const source = { secretRef: { name: "s" } };
  return refusal({ source }, [target("one", world.away, "web", more, { outputs })]);
}

describe("outputs are taken at admission", () => {
  it("of every format at once", async () => {
    const outputs = [
      { format: "TLS" },
      { format: "PEM", key: "a", content: "All" },
      { format: "CombinedPEM", key: "b" },
      { format: "DER", key: "c", content: "Key" },
      { format: "PKCS7", key: "d", content: "Chain" },
      {
        format: "JKS",
        key: "e",
        alias: "web",
        truststoreKey: "t1",
        passwordSecretRef,
        previousPasswordSecretRef: passwordSecretRef,
      },
      { format: "PKCS12", key: "f", profile: "Modern2026", passwordSecretRef, truststoreKey: "t2" },
      { format: "PKCS12", key: "g", profile: "Passwordless" },
    ];
    expect(await withOutputs(outputs)).toBe("taken");
  });

  it("as a PKCS12 without private key", async () => {
    const outputs = [{ format: "PKCS12", key: "a", passwordSecretRef }];
    expect(await withOutputs(outputs, { privateKey: "Exclude" })).toBe("taken");
  });
});

describe("outputs are refused at admission", () => {
  const keystore = { format: "PKCS12", key: "a", passwordSecretRef };
  const withoutKey = { format: "PKCS12", passwordSecretRef };
  const onlyKeystores = "go only with the keystores PKCS12 and JKS";
  const onlySome = "content goes only with format PEM, DER (Leaf or Key) and PKCS7";
  it.each<[string, object[], string]>([
    ["TLS with a key", [{ format: "TLS", key: "a" }], "key must be set, except with format TLS"],
    ["PKCS12 without a key", [withoutKey], "key must be set, except with format TLS"],
    ["DER with a chain", [{ format: "DER", key: "a", content: "Chain" }], onlySome],
    ["PKCS7 with the key", [{ format: "PKCS7", key: "a", content: "All" }], onlySome],
    ["PKCS12 with content", [{ ...keystore, content: "All" }], onlySome],
    ["PEM with an alias", [{ format: "PEM", key: "a", alias: "web" }], onlyKeystores],
    ["PEM with a password", [{ format: "PEM", key: "a", passwordSecretRef }], onlyKeystores],
    [
      "PEM with a password before",
      [{ format: "PEM", key: "a", previousPasswordSecretRef: passwordSecretRef }],
      onlyKeystores,
    ],
    ["DER with a trust store", [{ format: "DER", key: "a", truststoreKey: "b" }], onlyKeystores],
    [
      "JKS with a profile",
      [{ ...keystore, format: "JKS", profile: "Modern2023" }],
      "profile goes only with format PKCS12",
    ],
    ["PKCS12 without a password", [{ format: "PKCS12", key: "a" }], "a keystore needs passwordSecretRef"],
    ["JKS without a password", [{ format: "JKS", key: "a" }], "a keystore needs passwordSecretRef"],
    ["Passwordless with a password", [{ ...keystore, profile: "Passwordless" }], "except with profile Passwordless"],
    ["a key twice", [keystore, { format: "PEM", key: "a" }], "two outputs write the same key"],
    [
      "a trust store under another's key",
      [
        { ...keystore, truststoreKey: "b" },
        { format: "PEM", key: "b" },
      ],
      "truststoreKey names a key",
    ],
    ["a trust store under its own keystore's key", [{ ...keystore, truststoreKey: "a" }], "truststoreKey names a key"],
    [
      "two trust stores under one key",
      [
        { ...keystore, truststoreKey: "t" },
        { ...keystore, key: "b", truststoreKey: "t" },
      ],
      "truststoreKey names a key",
    ],
    [
      "a trust store under a key of TLS",
      [{ format: "TLS" }, { ...keystore, truststoreKey: "ca.crt" }],
      "format TLS writes tls.crt",
    ],
  ])("%s", async (_, outputs, words) => {
    expect(await withOutputs(outputs)).toContain(words);
  });

  it.each<[string, object]>([
    ["DER of the key", { format: "DER", key: "a", content: "Key" }],
    ["JKS", { format: "JKS", key: "a", passwordSecretRef }],
  ])("%s where the private key shall be left out", async (_, output) => {
    expect(await withOutputs([output], { privateKey: "Exclude" })).toContain("hold the private key");
  });

  it("a chain alone where the chain shall be left out", async () => {
    const outputs = [{ format: "PKCS7", key: "a", content: "Chain" }];
    expect(await withOutputs(outputs, { chain: { include: false } })).toContain("would be empty");
  });
});
