import { type AdmissionObject, atLeastItems, importOf, oneOf, type Row, row } from "./row.ts";

const passwordSecretRef = { name: "p", key: "k" };
const files = (...outputs: object[]): AdmissionObject => importOf({ filesystem: { outputs } });
const pem = { path: "lb/web.pem", format: "PEM" };
const keystore = { path: "lb/web.p12", format: "PKCS12", passwordSecretRef };

export const fileRows: readonly Row[] = [
  row("spec.filesystem", "two outputs write the same path; give each its own", files(pem, keystore), files(pem, pem)),
  row(
    "spec.filesystem",
    "format TLS writes tls.crt, tls.key and ca.crt into its folder; choose another path for the other output",
    files({ path: "lb", format: "TLS" }, pem),
    files({ path: "lb", format: "TLS" }, { ...pem, path: "lb/ca.crt" }),
  ),
  row(
    "spec.filesystem.outputs[0]",
    "alias, passwordSecretRef, previousPasswordSecretRef and truststorePath go only with the keystores PKCS12 and JKS",
    files({ ...keystore, truststorePath: "lb/trust.p12" }),
    files({ ...pem, truststorePath: "lb/trust.p12" }),
  ),
  row(
    "spec.filesystem.outputs[0].mode",
    oneOf("0600", "0640"),
    files({ ...pem, mode: "0640" }),
    files({ ...pem, mode: "0644" }),
  ),
  row(
    "spec.filesystem.outputs[0].path",
    "a path is names of at most 200 characters with '/' between them, none of them '.' or '..' or beginning with .certferry",
    files({ ...pem, path: ".d/..d" }),
    files({ ...pem, path: "lb/.certferry-volume" }),
  ),
  row("spec.filesystem.outputs", atLeastItems(1), files(pem), files()),
];
