import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateDownloads } from "../../src/controllers/resources.ts";
import type { CertificateDownload } from "../../src/crds/index.ts";
import { decode } from "../../src/formats/index.ts";
import { ConfigMap } from "../../src/kube/index.ts";
import { eventually } from "../control-plane/index.ts";
import { chainFor, type Issued } from "../fixtures/pki.ts";
import { CommandWorld, thumbprintOf } from "./command-world.ts";
import { named } from "./world.ts";

const csp = "Microsoft Software Key Storage Provider";
const downloads = "POST /Certificates/Download";

let all: CommandWorld;
let chain: { root: Issued; intermediate: Issued; leaf: Issued };
let id: number;

beforeAll(async () => {
  // The first version that has all that a download can ask for.
  all = await CommandWorld.start("command-download", { version: "25.2", csps: [csp] });
  await all.world.apply(...mayWriteConfigMaps(all.world.home));
  chain = await chainFor("leaf.example.com");
  const { command } = all.server;
  for (const { pem } of [chain.root, chain.intermediate]) command.addCertificate(pem);
  id = command.addCertificate(chain.leaf.pem).id;
});
afterAll(() => all.close());

/** Downloads are written beside their resource, by the world's writer. */
function mayWriteConfigMaps(namespace: string): object[] {
  const api = "rbac.authorization.k8s.io";
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "create", "patch", "delete"] }];
  const roleRef = { apiGroup: api, kind: "Role", name: "downloads" };
  const subjects = [{ kind: "ServiceAccount", name: "writer", namespace }];
  return [
    { ...named(`${api}/v1`, "Role", "downloads", namespace), rules },
    { ...named(`${api}/v1`, "RoleBinding", "downloads", namespace), roleRef, subjects },
  ];
}

async function ask(name: string, block: object, storeName = "command"): Promise<void> {
  const target = { storeRef: { name: "apps" }, configMap: { name, key: "cert" } };
  const spec = { storeRef: { name: storeName }, keyfactorCommand: { format: "PEM", ...block }, target };
  await all.world.apply({ ...all.ours("CertificateDownload", name), spec });
}

function found(name: string): Promise<CertificateDownload> {
  const options = { signal: AbortSignal.timeout(10_000) };
  return all.world.plane.client.get(CertificateDownloads, { namespace: all.world.home, name }, options);
}

/** The download once Ready has this reason. */
function ready(name: string, reason = "Delivered"): Promise<CertificateDownload> {
  return eventually(`download ${name} to be ${reason}`, async () => {
    const object = await found(name);
    const condition = object.status?.conditions?.find(({ type }) => type === "Ready");
    if (condition?.reason === reason) return object;
    throw new Error(`it is ${condition?.reason ?? "not there"}: ${condition?.message ?? ""}`);
  });
}

async function messageOf(name: string, reason: string): Promise<string | undefined> {
  return (await ready(name, reason)).status?.conditions?.find(({ type }) => type === "Ready")?.message;
}

async function fileOf(name: string): Promise<Buffer> {
  const options = { signal: AbortSignal.timeout(10_000) };
  const { data, binaryData } = await all.world.plane.client.get(
    ConfigMap,
    { namespace: all.world.home, name },
    options,
  );
  return binaryData?.["cert"] === undefined
    ? Buffer.from(data?.["cert"] ?? "")
    : Buffer.from(binaryData["cert"], "base64");
}

/** The subjects of the certificates in a downloaded file, in their order. */
async function subjectsIn(name: string): Promise<string[]> {
  const { certificates } = await decode(await fileOf(name));
  return certificates.map(({ der }) => new X509Certificate(der).subject);
}

const leafFirst = ["CN=leaf.example.com", "CN=Test Intermediate", "CN=Test Root"];

describe("C.4 CertID, Thumbprint, SerialNumber with IssuerDN", () => {
  it("a certificate is named by its id, its thumbprint, or its serial number and issuer", async () => {
    const thumbprint = await thumbprintOf(chain.leaf);
    const { serialNumber } = new X509Certificate(chain.leaf.pem);
    await ask("by-id", { certificate: { id } });
    await ask("by-thumbprint", { certificate: { thumbprint: thumbprint.toLowerCase() } });
    await ask("by-serial", { certificate: { serialNumber, issuerDN: "CN=Test Intermediate" } });
    for (const name of ["by-id", "by-thumbprint", "by-serial"]) {
      await ready(name);
      expect(await subjectsIn(name)).toEqual(["CN=leaf.example.com"]);
    }
  });

  it("or by the import that has brought it", async () => {
    await all.source("web");
    await all.import("web");
    await ask("by-import", { certificate: { importRef: { name: "web" } } });
    await all.ready("web");
    await ready("by-import");
    expect(await subjectsIn("by-import")).toEqual(["CN=web.example.com"]);
  });

  it("one that Command does not have is waited for", async () => {
    const later = await chainFor("later.example.com");
    const thumbprint = await thumbprintOf(later.leaf);
    await ask("later", { certificate: { thumbprint } });
    expect(await messageOf("later", "CertificateMissing")).toContain("it is waited for");
    all.server.command.addCertificate(later.leaf.pem);
    await ready("later");
    expect(await subjectsIn("later")).toEqual(["CN=later.example.com"]);
  });
});

describe("C.4 x-certificateformat, File Extension, X-CertificateFile", () => {
  it.each([
    ["CER", {}, "leaf.example.com.cer"],
    ["CRT", {}, "leaf.example.com.crt"],
    ["DER", {}, "leaf.example.com.cer"],
    ["PEM", {}, "leaf.example.com.pem"],
    ["P7B", { includeChain: true }, "leaf.example.com.p7b"],
    ["PEM", { fileExtension: "CRT" }, "leaf.example.com.crt"],
    ["DER", { fileExtension: "CRT" }, "leaf.example.com.crt"],
  ])("format %s with %j is named %s", async (format, more, fileName) => {
    const name = `format-${format}-${"fileExtension" in more ? "named" : "plain"}`.toLowerCase();
    await ask(name, { certificate: { id }, format, ...more });
    const { status } = await ready(name);
    expect(status?.fileName).toBe(fileName);
    const file = await fileOf(name);
    expect(file.subarray(0, 1).toString("latin1") === "0").toBe(format === "DER" || format === "P7B");
    expect(await subjectsIn(name)).toContain("CN=leaf.example.com");
  });
});

describe("C.4 IncludeChain, ChainOrder", () => {
  it("a PEM has its chain in the order that is asked for", async () => {
    const block = { certificate: { id }, includeChain: true };
    await ask("leaf-first", { ...block, chainOrder: "EndEntityFirst" });
    await ask("root-first", { ...block, chainOrder: "RootFirst" });
    await ready("leaf-first");
    await ready("root-first");
    expect(await subjectsIn("leaf-first")).toEqual(leafFirst);
    expect(await subjectsIn("root-first")).toEqual(leafFirst.toReversed());
  });

  it("also where the version does not know the order", async () => {
    const older = await all.installation("older", { version: "10.5" });
    for (const { pem } of [chain.root, chain.intermediate, chain.leaf]) older.command.addCertificate(pem);
    const certificate = { thumbprint: await thumbprintOf(chain.leaf) };
    await ask("old-order", { certificate, includeChain: true, chainOrder: "RootFirst" }, "older");
    await ready("old-order");
    expect(await subjectsIn("old-order")).toEqual(leafFirst.toReversed());
  });

  it("a P7B that comes root first is still known by its leaf", async () => {
    await ask("p7b", { certificate: { id }, format: "P7B", includeChain: true, chainOrder: "EndEntityFirst" });
    const { status } = await ready("p7b");
    expect(status?.certificate?.subject).toBe("CN=leaf.example.com");
    expect((await subjectsIn("p7b")).toSorted()).toEqual(leafFirst.toSorted());
  });

  it("a chain that Command does not have whole is refused in its words", async () => {
    const lonely = await chainFor("lonely.example.com");
    const { id } = all.server.command.addCertificate(lonely.leaf.pem);
    await ask("lonely", { certificate: { id }, includeChain: true });
    expect(await messageOf("lonely", "Refused")).toContain("It says: The certificate's chain is not complete.");
  });
});

describe("C.4 Include Subject Header", () => {
  it("a PEM comes with or without the subjects before its certificates", async () => {
    await ask("headed", { certificate: { id } });
    await ask("bare", { certificate: { id }, includeSubjectHeader: false });
    await ready("headed");
    await ready("bare");
    expect((await fileOf("headed")).toString()).toMatch(/^CN=leaf\.example\.com\n-----BEGIN CERTIFICATE-----\n/);
    expect((await fileOf("bare")).toString()).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  });
});

describe("C.4 Microsoft Target CSP", () => {
  it("goes as it is, and one that Command's settings do not list is refused in its words", async () => {
    await ask("csp", { certificate: { id }, microsoftTargetCSP: csp });
    await ready("csp");
    await ask("other-csp", { certificate: { id }, microsoftTargetCSP: "Another" });
    expect(await messageOf("other-csp", "Refused")).toContain("The target CSP 'Another' is not allowed.");
  });
});

describe("C.4 CollectionId, ContainerId", () => {
  it.each([
    ["collectionId", "/certificates/collections/read/5/", { collectionId: 5 }],
    ["containerId", "/certificate_stores/read/6/", { containerId: 6 }],
  ])("%s is where Command checks the rights", async (name, permission, block) => {
    const narrow = await all.installation(name.toLowerCase(), {
      version: "25.2",
      roles: [{ id: 1, name: "Administrator", permissions: [permission] }],
    });
    const thumbprint = await thumbprintOf(chain.leaf);
    narrow.command.addCertificate(chain.leaf.pem);
    await ask(`${name}-set`.toLowerCase(), { certificate: { thumbprint }, ...block }, name.toLowerCase());
    await ask(`${name}-unset`.toLowerCase(), { certificate: { thumbprint } }, name.toLowerCase());
    await ready(`${name}-set`.toLowerCase());
    expect(await messageOf(`${name}-unset`.toLowerCase(), "AccessDenied")).toContain(
      "access rule /certificates/collections/read/ or /certificate_stores/read/",
    );
  });

  it("the store's collection counts where the download names none", async () => {
    const permissions = ["/certificates/collections/read/7/"];
    const narrow = await all.installation(
      "scoped",
      { version: "25.2", roles: [{ id: 1, name: "Administrator", permissions }] },
      { collectionId: 7 },
    );
    narrow.command.addCertificate(chain.leaf.pem);
    await ask("scoped", { certificate: { thumbprint: await thumbprintOf(chain.leaf) } }, "scoped");
    await ready("scoped");
    expect(await subjectsIn("scoped")).toEqual(["CN=leaf.example.com"]);
  });
});

describe("versions (A.16)", () => {
  it.each([
    ["format: CRT", { format: "CRT" }, "25.2"],
    ["fileExtension", { fileExtension: "CRT" }, "25.2"],
    ["microsoftTargetCSP", { microsoftTargetCSP: csp }, "25.2"],
    ["includeSubjectHeader", { includeSubjectHeader: false }, "25.1"],
    ["containerId", { containerId: 6 }, "24.4"],
  ])("%s is refused before it is asked for where the version lacks it", async (field, block, since) => {
    const name = `lacks-${Object.keys(block)[0]}`.toLowerCase();
    const older = await all.installation(name, { version: "24.3" });
    await ask(name, { certificate: { id: 1 }, ...block }, name);
    expect(await messageOf(name, "VersionTooOld")).toContain(
      `${field} needs Command ${since} or later, and this is 24.3.0.0`,
    );
    expect(older.traffic.count(downloads)).toBe(0);
  });
});

describe("what was downloaded", () => {
  it("is not written again as long as Command gives the same", async () => {
    await ask("still", { certificate: { id }, includeChain: true });
    await ready("still");
    const options = { signal: AbortSignal.timeout(10_000) };
    const ref = { namespace: all.world.home, name: "still" };
    const before = await all.world.plane.client.get(ConfigMap, ref, options);
    const annotation = "certferry.io/reconcile-requested-at=1";
    const args = ["annotate", "certificatedownload", "still", "-n", all.world.home, annotation];
    await all.world.plane.kubectl(args);
    await eventually("the look", async () => (await found("still")).status?.lastHandledReconcileAt === "1");
    await ready("still");
    const after = await all.world.plane.client.get(ConfigMap, ref, options);
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });
});
