import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { Admission } from "./admission/index.ts";
import { type AdmissionObject, clusterStore, deploymentOf, store, targetOf } from "./admission/row.ts";

let admission: Admission;
beforeAll(async () => {
  admission = new Admission(sharedControlPlane(), await testNamespace("admission-files"));
});
afterAll(() => admission.close());

/** What the API server says to an object, without storing it. */
function answer(object: AdmissionObject): Promise<string> {
  return admission.ask(object, "tried");
}

function toDirectory(directory: string): Promise<string> {
  return answer(clusterStore({ filesystem: { directory } }));
}

function toOutputs(outputs: readonly object[], more: object = {}): Promise<string> {
  const storeRef = { kind: "ClusterCertificateStore", name: "files" };
  return answer(deploymentOf({ targets: [targetOf({ storeRef, filesystem: { outputs }, ...more })] }));
}

const badPath = "a path is names of at most 200 characters with '/' between them";
const passwordSecretRef = { name: "p", key: "k" };

describe("a store of files", () => {
  it("is taken for the cluster, and for no namespace", async () => {
    expect(await toDirectory("edge/lb")).toBe("taken");
    expect(await answer(store({ filesystem: { directory: "edge" } }))).toContain("filesystem");
  });

  it.each(["", "/edge", "edge/", "edge//lb", "-edge", "a b"])("is refused in the directory %j", async (directory) => {
    expect(await toDirectory(directory)).toContain("spec.filesystem.directory");
  });

  it.each([".", "..", "edge/../lb", ".certferry", `edge/${"x".repeat(201)}`])(
    "is refused in the directory %j, and why is said",
    async (directory) => {
      expect(await toDirectory(directory)).toContain(badPath);
    },
  );
});

describe("outputs in files", () => {
  it.each<[string, object[]]>([
    ["of every format", ["PEM", "CombinedPEM", "DER", "PKCS7"].map((format) => ({ path: `web/${format}`, format }))],
    ["of TLS, in a folder", [{ path: "web", format: "TLS", mode: "0640" }]],
    ["with keystores", [{ path: "web.p12", format: "PKCS12", passwordSecretRef, truststorePath: "trust.p12" }]],
    ["under a name that begins with a dot", [{ path: ".web/key.pem", format: "PEM", content: "Key", mode: "0600" }]],
  ])("are taken %s", async (_, outputs) => {
    expect(await toOutputs(outputs)).toBe("taken");
  });

  it.each<[string, object[], string]>([
    ["that leave the directory", [{ path: "../web", format: "PEM" }], badPath],
    ["of Certferry's own", [{ path: "web/.certferry-x.tmp", format: "PEM" }], badPath],
    [
      "that write one path twice",
      [
        { path: "web", format: "PEM" },
        { path: "web", format: "DER" },
      ],
      "two outputs write the same path; give each its own",
    ],
    [
      "with a trust store where another lies",
      [
        { path: "web", format: "JKS", passwordSecretRef, truststorePath: "trust" },
        { path: "trust", format: "PEM" },
      ],
      "two outputs write the same path; give each its own",
    ],
    [
      "beside TLS on one of its files",
      [
        { path: "web", format: "TLS" },
        { path: "web/ca.crt", format: "PEM" },
      ],
      "format TLS writes tls.crt, tls.key and ca.crt into its folder",
    ],
    ["with another mode", [{ path: "web", format: "PEM", mode: "0644" }], 'Unsupported value: "0644"'],
    [
      "with content that has no room",
      [{ path: "web", format: "DER", content: "All" }],
      "content goes only with format",
    ],
    [
      "with a password of what is no keystore",
      [{ path: "web", format: "PEM", passwordSecretRef }],
      "passwordSecretRef, previousPasswordSecretRef and truststorePath go only with the keystores",
    ],
    ["with a keystore without a password", [{ path: "web", format: "JKS" }], "a keystore needs passwordSecretRef"],
    ["with a profile of what has none", [{ path: "web", format: "PEM", profile: "LegacyDES" }], "profile goes only"],
  ])("are refused %s", async (_, outputs, message) => {
    expect(await toOutputs(outputs)).toContain(message);
  });

  it("are refused with a key that is excluded, and with a chain that is", async () => {
    const key = [{ path: "web", format: "CombinedPEM" }];
    expect(await toOutputs(key, { privateKey: "Exclude" })).toContain("hold the private key; with privateKey: Exclude");
    const chain = [{ path: "web", format: "PEM", content: "Chain" }];
    expect(await toOutputs(chain, { chain: { include: false } })).toContain(
      "an output with content Chain would be empty",
    );
  });
});
