import { type AdmissionObject, importOf, oneOf, type Row, row } from "./row.ts";

const kubernetes = { name: "web", outputs: [{ format: "PEM", key: "web.pem" }] };
const secretRef = { name: "s" };
const configMapRef = { name: "c" };
const passwordRef = { name: "p", key: "k" };
const from = (source: object): AdmissionObject => importOf({ source, kubernetes });
const secret = (more: object): AdmissionObject => from({ secretRef, ...more });
const at = "spec.source";

const keystore = secret({
  format: "PKCS12",
  keys: { keystore: "a.p12", ca: "ca.crt" },
  alias: "web",
  passwordSecretRef: passwordRef,
  keyPasswordSecretRef: passwordRef,
});
const chain = secret({
  format: "PKCS7",
  keys: { certificate: "a.p7b", privateKey: "a.key" },
  passwordSecretRef: passwordRef,
});
const open = from({ configMapRef, keys: { certificate: "a", ca: "b" } });

const beside = "a keystore holds certificate and private key; leave out keys.certificate and keys.privateKey";
const inKeystore = "format PKCS12 and JKS are keystores; name their key in keys.keystore";
const noAlias = "format PEM, DER and PKCS7 have no aliases and are no keystores; leave out alias and keys.keystore";

export const sourceRows: readonly Row[] = [
  row(at, "exactly one of secretRef, configMapRef must be set", open, from({ secretRef, configMapRef })),
  row(
    `${at}.format`,
    oneOf("Auto", "PEM", "DER", "PKCS12", "PKCS7", "JKS"),
    secret({ format: "Auto" }),
    secret({ format: "JCEKS" }),
  ),
  row(`${at}.keys`, beside, keystore, secret({ keys: { keystore: "a", certificate: "b" } })),
  row(`${at}.keys`, beside, keystore, secret({ keys: { keystore: "a", privateKey: "b" } })),
  row(at, inKeystore, keystore, secret({ format: "PKCS12", keys: { certificate: "a" } })),
  row(at, inKeystore, keystore, secret({ format: "PKCS12", keys: { privateKey: "a" } })),
  row(at, noAlias, chain, secret({ format: "PEM", alias: "web" })),
  row(at, noAlias, chain, secret({ format: "DER", keys: { keystore: "a" } })),
  row(at, noAlias, chain, secret({ format: "PKCS7", alias: "web" })),
  row(
    at,
    "a ConfigMap cannot hold a private key; use secretRef",
    open,
    from({ configMapRef, keys: { privateKey: "a" } }),
  ),
  row(
    at,
    "a ConfigMap cannot hold a private key, so there is none to have a password; use secretRef",
    open,
    from({ configMapRef, keyPasswordSecretRef: passwordRef }),
  ),
];
