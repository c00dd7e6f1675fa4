import { type AdmissionObject, atLeast, atMost, downloadOf, matching, oneOf, type Row, row } from "./row.ts";

const thumbprint = "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF";
const download = (more: object, certificate: object = { id: 42 }): AdmissionObject =>
  downloadOf({ keyfactorCommand: { certificate, format: "PEM", ...more } });
const of = (certificate: object): AdmissionObject => download({}, certificate);
const at = "spec.keyfactorCommand";

export const commandDownloadRows: readonly Row[] = [
  row("spec", "exactly one of keyfactorCommand, azureKeyVault must be set", of({ id: 42 }), downloadOf({})),
  row(
    "spec.target",
    "exactly one of configMap, secret must be set",
    downloadOf(
      { keyfactorCommand: { certificate: { id: 42 }, format: "DER" } },
      { secret: { name: "web", key: "web.der" } },
    ),
    downloadOf({ keyfactorCommand: { certificate: { id: 42 }, format: "DER" } }, {}),
  ),
  row(
    `${at}.certificate`,
    "exactly one of id, thumbprint, serialNumber with issuerDN, importRef must be set",
    of({ importRef: { name: "web" } }),
    of({ id: 42, importRef: { name: "web" } }),
  ),
  row(
    `${at}.certificate`,
    "serialNumber and issuerDN name a certificate together; set both",
    of({ serialNumber: "210AB1", issuerDN: "CN=Test CA" }),
    of({ serialNumber: "210AB1" }),
  ),
  row(
    `${at}.certificate.serialNumber`,
    matching("^[0-9A-Fa-f]+$"),
    of({ serialNumber: "210ab1", issuerDN: "CN=Test CA" }),
    of({ serialNumber: "21:0A:B1", issuerDN: "CN=Test CA" }),
  ),
  row(`${at}.certificate.thumbprint`, matching("^[0-9A-Fa-f]{40}$"), of({ thumbprint }), of({ thumbprint: "32ED" })),
  row(
    `${at}.format`,
    oneOf("CRT", "CER", "DER", "PEM", "P7B"),
    download({ format: "CRT" }),
    download({ format: "PFX" }),
  ),
  row(
    at,
    "only format PEM and P7B have room for the chain; leave includeChain out or use one of them",
    download({ includeChain: true }),
    download({ format: "DER", includeChain: true }),
  ),
  row(
    at,
    "format P7B needs includeChain: true",
    download({ format: "P7B", includeChain: true }),
    download({ format: "P7B" }),
  ),
  row(
    at,
    "chainOrder goes only with includeChain: true",
    download({ includeChain: true, chainOrder: "EndEntityFirst" }),
    download({ chainOrder: "EndEntityFirst" }),
  ),
  row(
    `${at}.chainOrder`,
    oneOf("EndEntityFirst", "RootFirst"),
    download({ includeChain: true, chainOrder: "RootFirst" }),
    download({ includeChain: true, chainOrder: "LeafFirst" }),
  ),
  row(
    at,
    "includeSubjectHeader goes only with format PEM",
    download({ includeSubjectHeader: false }),
    download({ format: "CRT", includeSubjectHeader: false }),
  ),
  row(
    at,
    "fileExtension CER goes with format CER, DER and PEM, CRT with CRT, DER and PEM, PEM with PEM, P7B with P7B",
    download({ format: "DER", fileExtension: "CRT" }),
    download({ format: "DER", fileExtension: "PEM" }),
  ),
  row(
    `${at}.fileExtension`,
    oneOf("CER", "CRT", "PEM", "P7B"),
    download({ fileExtension: "CER" }),
    download({ fileExtension: "TXT" }),
  ),
  row(
    at,
    "at most one of collectionId, containerId may be set",
    download({ containerId: 5 }),
    download({ collectionId: 3, containerId: 5 }),
  ),
  row(`${at}.containerId`, atLeast(1), download({ containerId: 1 }), download({ containerId: 0 })),
  row(
    `${at}.containerId`,
    atMost(2_147_483_647),
    download({ containerId: 2_147_483_647 }),
    download({ containerId: 2_147_483_648 }),
  ),
];
