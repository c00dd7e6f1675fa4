import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import type { ServerOptions } from "./index.ts";
import { certificatesInPkcs7 } from "./files/pkcs7.ts";
import { type Identity, identityFor, Scene, thumbprintOf } from "./testing/scene.ts";
import type { Reply } from "./testing/client.ts";

/** A server that has a leaf and its chain, of which the root and the intermediate have the ids 1 and 2. */
async function withChain(options: ServerOptions = {}) {
  const scene = await Scene.start(options);
  const identity = await identityFor("leaf.example.test");
  scene.server.command.addCertificate(identity.root.pem);
  scene.server.command.addCertificate(identity.intermediate.pem);
  const id = await scene.imported(identity);
  const download = (format: string | undefined, body: object): Promise<Reply> =>
    scene.client.post("/Certificates/Download", body, { "x-certificateformat": format });
  return { scene, identity, id, download };
}

const contentOf = ({ json }: Reply): Buffer => Buffer.from((json as { Content: string }).Content, "base64");
const subjectsIn = (ders: readonly Buffer[]): string[] => ders.map((der) => new X509Certificate(der).subject);
const names = (pem: string): string[] =>
  subjectsIn([...pem.matchAll(/-----BEGIN[^-]*-----([^-]*)/g)].map(([, base64 = ""]) => Buffer.from(base64, "base64")));

it("gives a P7B with its chain, the root first whatever was asked for (D8)", async () => {
  const { id, download } = await withChain();

  const reply = await download("P7B", { CertID: id, IncludeChain: true, ChainOrder: "EndEntityFirst" });

  expect(reply.status).toBe(200);
  expect(reply.headers["x-certificatefile"]).toBe("leaf.example.test.p7b");
  expect(subjectsIn(certificatesInPkcs7(contentOf(reply)))).toEqual([
    "CN=Test Root",
    "CN=Test Intermediate",
    "CN=leaf.example.test",
  ]);
});

it("gives DER, and PEM with a line of text before each certificate unless that is refused", async () => {
  const { id, download, identity } = await withChain();

  expect(contentOf(await download("DER", { CertID: id })).equals(Buffer.from(identity.leaf.certificate.rawData))).toBe(
    true,
  );
  const headed = contentOf(await download("pem", { CertID: id })).toString();
  expect(headed.startsWith("CN=leaf.example.test\n-----BEGIN CERTIFICATE-----\n")).toBe(true);
  const plain = contentOf(await download("PEM", { CertID: id, IncludeSubjectHeader: false })).toString();
  expect(plain.startsWith("-----BEGIN CERTIFICATE-----\n")).toBe(true);
});

it("orders the chain of a PEM as asked for", async () => {
  const { id, download } = await withChain();
  const ordered = async (body: object): Promise<string[]> =>
    names(contentOf(await download("PEM", { CertID: id, IncludeChain: true, ...body })).toString());

  expect(await ordered({})).toEqual(["CN=leaf.example.test", "CN=Test Intermediate", "CN=Test Root"]);
  expect(await ordered({ ChainOrder: "RootFirst" })).toEqual([
    "CN=Test Root",
    "CN=Test Intermediate",
    "CN=leaf.example.test",
  ]);
});

it("finds the certificate by thumbprint, and by serial number with issuer", async () => {
  const { download, identity } = await withChain();
  const SerialNumber = identity.leaf.certificate.serialNumber;

  const byThumbprint = await download("DER", { Thumbprint: (await thumbprintOf(identity.leaf)).toLowerCase() });
  const bySerial = await download("DER", { SerialNumber, IssuerDN: "CN=Test Intermediate" });

  expect(byThumbprint.headers["x-certificatefile"]).toBe("leaf.example.test.cer");
  expect(contentOf(bySerial).equals(contentOf(byThumbprint))).toBe(true);
});

it("refuses what it cannot give (D8)", async () => {
  const { id, download } = await withChain({ version: "25.2" });

  expect(await download(undefined, { CertID: id })).toMatchObject({
    status: 400,
    json: {
      ErrorCode: "0xA0110007",
      Message: "You must supply a certificate format in the 'X-CertificateFormat' header of the request.",
    },
  });
  const bad: readonly (readonly [string, object])[] = [
    ["DER", { CertID: id, IncludeChain: true }],
    ["P7B", { CertID: id }],
    ["PEM", { CertID: id, FileExtension: "P7B" }],
    ["CRT", { CertID: id, FileExtension: "CER" }],
    ["PEM", { SerialNumber: "01" }],
    ["PEM", {}],
    ["PEM", { CertID: id, MicrosoftTargetCSP: "Microsoft Software Key Storage Provider" }],
    ["PFX", { CertID: id }],
  ];
  for (const [format, body] of bad) {
    const { status } = await download(format, body);
    expect({ format, body, status }).toEqual({ format, body, status: 400 });
  }
  expect(await download("PEM", { CertID: 99 })).toMatchObject({ status: 404 });
});

it("takes the settings of an installation: target CSPs, and file names without periods", async () => {
  const csp = "Microsoft Software Key Storage Provider";
  const { id, download } = await withChain({ version: "25.2", csps: [csp], periodsInFileNames: false });

  const reply = await download("DER", { CertID: id, FileExtension: "CRT", MicrosoftTargetCSP: csp });

  expect(reply.status).toBe(200);
  expect(reply.headers["x-certificatefile"]).toBe("leaf_example_test.crt");
});

it("leaves the chain out of CER and CRT, and refuses a chain that it has not whole", async () => {
  const { id, download, scene } = await withChain({ version: "25.2" });

  const crt = await download("CRT", { CertID: id, IncludeChain: true });
  expect(names(contentOf(crt).toString())).toEqual(["CN=leaf.example.test"]);

  const other: Identity = await identityFor("other.example.test");
  const lone = await scene.imported(other);
  expect(await download("PEM", { CertID: lone, IncludeChain: true })).toMatchObject({ status: 400 });
});
