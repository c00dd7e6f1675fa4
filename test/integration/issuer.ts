import { X509Certificate } from "node:crypto";
import { bundleOf, decode } from "../../src/formats/index.ts";
import type { KubeObject, Resource, Secret } from "../../src/kube/index.ts";
import type { AuditEvent } from "../control-plane/index.ts";
import { deployment, named, target, type World } from "./world.ts";

const group = "cert-manager.io";
export const password = "keystores-of-the-issuer";
const passwordSecretRef = { name: "password", key: "password" };

export interface Certificate extends KubeObject {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; observedGeneration?: number }[] };
}
export const Certificates: Resource<Certificate> = {
  group,
  version: "v1",
  kind: "Certificate",
  plural: "certificates",
  namespaced: true,
};

/** A Certificate whose Secret has all that cert-manager can put there, temporary certificates at first. */
export function certificate(namespace: string, name: string, spec: object): object {
  const keystore = { create: true, passwordSecretRef };
  return {
    ...named(`${group}/v1`, "Certificate", name, namespace, {
      annotations: { "cert-manager.io/issue-temporary-certificate": "true" },
    }),
    spec: {
      secretName: name,
      issuerRef: { name: "ca" },
      dnsNames: [`${name}.example.com`],
      keystores: { jks: { ...keystore, alias: "web" }, pkcs12: { ...keystore, profile: "Modern2023" } },
      additionalOutputFormats: [{ type: "CombinedPEM" }, { type: "DER" }],
      ...spec,
    },
  };
}

export function issuer(namespace: string, name: string, spec: object): object {
  return { ...named(`${group}/v1`, "Issuer", name, namespace), spec };
}

/** The password, an issuer of roots, and the issuer `ca` with a root of its own. */
export function authority(namespace: string): object[] {
  const spec = { isCA: true, commonName: "Issuing CA", secretName: "root", privateKey: { algorithm: "ECDSA" } };
  return [
    { ...named("v1", "Secret", "password", namespace), stringData: { password } },
    issuer(namespace, "roots", { selfSigned: {} }),
    { ...named(`${group}/v1`, "Certificate", "root", namespace), spec: { ...spec, issuerRef: { name: "roots" } } },
    issuer(namespace, "ca", { ca: { secretName: "root" } }),
  ];
}

/** The places of a deployment: the ends of their Secrets' names, and the output of each. */
const outputs = {
  tls: { format: "TLS" },
  pem: { format: "PEM", key: "web.pem" },
  p12: { format: "PKCS12", key: "web.p12", passwordSecretRef },
  jks: { format: "JKS", key: "web.jks", passwordSecretRef },
};
export const places = Object.keys(outputs);

/** Delivers a Certificate's Secret into a Secret for each format. `read` tells how it is read. */
export function everywhere({ home, away }: World, name: string, read: object = {}): object {
  const targets = Object.entries(outputs).map(([end, output]) =>
    target(end, away, `${name}-${end}`, {}, { outputs: [output] }),
  );
  return deployment(home, name, targets, { source: { secretRef: { name }, ...read } });
}

/** SHA-256 of the leaf in a Secret's `key`, as statuses tell it. */
export async function leafOf(secret: Pick<Secret, "data">, key: string): Promise<string> {
  const bytes = Buffer.from(secret.data?.[key] ?? "", "base64");
  const { leaf } = bundleOf(await decode(bytes, { password: Buffer.from(password) }), { now: new Date() });
  return sha256(new X509Certificate(leaf));
}

/** The certificates that cert-manager has put into its Secret, temporary ones left out, in order. */
export async function issued(world: World, name: string): Promise<string[]> {
  const found = new Set<string>();
  for (const { data } of await sourceWrites(world, name)) {
    const leaf = new X509Certificate(Buffer.from(data?.["tls.crt"] ?? "", "base64"));
    // Node has no issuer where its name is empty.
    if (!leaf.raw.includes("cert-manager.local")) found.add(sha256(leaf));
  }
  return [...found];
}

/** What cert-manager's Secret was after each write. */
export async function sourceWrites(world: World, name: string): Promise<Secret[]> {
  const events = await world.plane.audit.writes({ resource: "secrets", namespace: world.home, name });
  return answers(events).filter(({ data }) => data?.["tls.crt"] !== undefined);
}

/** The certificates that were written into a place, one a write, in order. */
export async function written({ plane, home, away }: World, name: string, place: string): Promise<string[]> {
  const user = `system:serviceaccount:${home}:writer`;
  const events = await plane.audit.writes({ resource: "secrets", namespace: away, name: `${name}-${place}`, user });
  const key = place === "tls" ? "tls.crt" : `web.${place}`;
  return Promise.all(answers(events).map((secret) => leafOf(secret, key)));
}

function answers(events: readonly AuditEvent[]): Secret[] {
  return events.filter(({ code }) => code < 300).map(({ responseObject }) => responseObject as Secret);
}

function sha256(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}
