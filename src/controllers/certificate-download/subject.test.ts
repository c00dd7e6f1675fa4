import { describe, expect, it } from "vitest";
import type { CertificateDownload } from "../../crds/index.ts";
import { subjectOfDownload } from "./subject.ts";

const configMap = { name: "web", key: "web.pem" };

function downloadWith(certificate: object, more: object = {}): CertificateDownload {
  return {
    apiVersion: "certferry.io/v1alpha1",
    kind: "CertificateDownload",
    metadata: {
      name: "web",
      namespace: "shop",
      uid: "u",
      resourceVersion: "1",
      generation: 2,
      creationTimestamp: "2026-11-01T00:00:00Z",
    },
    spec: {
      storeRef: { name: "vault" },
      azureKeyVault: { certificate, format: "PEM" },
      target: { storeRef: { name: "apps" }, configMap },
      ...more,
    } as CertificateDownload["spec"],
  };
}

const providers = ["kubernetes", "azureKeyVault"];

describe("a download as a subject", () => {
  it("reads from its store and writes through the target's", () => {
    const { source, targets } = subjectOfDownload(downloadWith({ name: "web" }), providers);
    expect(source).toEqual({
      download: {
        storeRef: { name: "vault" },
        provider: "azureKeyVault",
        block: { certificate: { name: "web" }, format: "PEM" },
        importName: undefined,
      },
    });
    expect(targets).toMatchObject([
      { name: "", storeRef: { name: "apps" }, provider: "kubernetes", block: { configMap }, privateKey: "Exclude" },
    ]);
  });

  it("follows the store whatever it holds", () => {
    const policies = { adoptionPolicy: "Never", deletionPolicy: "Delete" };
    expect(subjectOfDownload(downloadWith({ name: "web" }, policies), providers).targets[0]?.policies).toEqual({
      adoptionPolicy: "Never",
      deletionPolicy: "Delete",
      driftPolicy: "Repair",
      downgradePolicy: "Allow",
    });
  });

  it("names the import that it takes its certificate from", () => {
    const { source } = subjectOfDownload(downloadWith({ importRef: { name: "web-import" } }), providers);
    expect(source).toMatchObject({ download: { importName: "web-import" } });
  });
});
