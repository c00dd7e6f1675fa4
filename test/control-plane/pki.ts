import { generateKeyPairSync } from "node:crypto";
import { type Issued, issue } from "../fixtures/pki.ts";

/** What a control plane's PKI is made of; all PEM. */
export interface ClusterPki {
  readonly ca: Issued;
  readonly server: Issued;
  readonly admin: Issued;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
}

/** One CA for server and clients. The admin is in `system:masters`. */
export async function clusterPki(): Promise<ClusterPki> {
  const ca = await issue({ subject: "CN=test-control-plane", ca: true });
  const server = await issue({
    subject: "CN=kube-apiserver",
    issuer: ca,
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
  });
  const admin = await issue({ subject: "O=system:masters, CN=admin", issuer: ca });
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { ca, server, admin, serviceAccountKey: privateKey, serviceAccountPublicKey: publicKey };
}
