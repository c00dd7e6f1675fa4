import { issue } from "../fixtures/pki.ts";
import { deployment, named, target } from "../integration/world.ts";

/** `tls.crt` (leaf, issuer), `tls.key` and `ca.crt` as cert-manager writes them; PEM. */
export interface Certificate extends Readonly<Record<string, string>> {
  readonly "tls.crt": string;
  readonly "tls.key": string;
  readonly "ca.crt": string;
}

/** A certificate of its own CA. */
export async function benchCertificate(): Promise<Certificate> {
  const issuer = await issue({ subject: "CN=Bench CA", ca: true });
  const leaf = await issue({ subject: "CN=bench.example.com", issuer, dnsNames: ["bench.example.com"] });
  return { "tls.crt": leaf.pem + issuer.pem, "tls.key": leaf.keyPem, "ca.crt": issuer.pem };
}

export function sourceSecret(namespace: string, name: string, certificate: Certificate): object {
  return { ...named("v1", "Secret", name, namespace), type: "kubernetes.io/tls", stringData: certificate };
}

/** One target: the Secret of the same name in `away`. */
export function benchDeployment(home: string, away: string, name: string, source: string): object {
  const targets = [target("t", away, name)];
  return deployment(home, name, targets, { source: { secretRef: { name: source } } });
}

export function benchImport(home: string, away: string, name: string, source: string): object {
  return {
    ...named("certferry.io/v1alpha1", "CertificateImport", name, home),
    spec: {
      source: { secretRef: { name: source } },
      storeRef: { name: "apps" },
      kubernetes: { namespace: away, name, outputs: [{ format: "TLS" }] },
    },
  };
}
