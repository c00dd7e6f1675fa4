import { X509Certificate } from "node:crypto";
import type { ClusterAccess } from "../../test/control-plane/index.ts";
import { type Issued, issue } from "../../test/fixtures/pki.ts";

/** A small certificate authority that issues for `shop.example.com`, as cert-manager would. */
export class Issuer {
  readonly #intermediate: Issued;
  readonly #root: Issued;

  private constructor(root: Issued, intermediate: Issued) {
    this.#root = root;
    this.#intermediate = intermediate;
  }

  static async create(): Promise<Issuer> {
    const root = await issue({ subject: "CN=Quickstart Root", ca: true });
    return new Issuer(root, await issue({ subject: "CN=Quickstart Intermediate", issuer: root, ca: true }));
  }

  /** Issues a new certificate with a new key and puts it into the Secret. Returns its serial number, lower-case hex. */
  async renew(plane: ClusterAccess, namespace: string, name: string): Promise<string> {
    const leaf = await issue({
      subject: "CN=shop.example.com",
      issuer: this.#intermediate,
      dnsNames: ["shop.example.com", "www.shop.example.com"],
    });
    const stringData = {
      "tls.crt": leaf.pem + this.#intermediate.pem,
      "tls.key": leaf.keyPem,
      "ca.crt": this.#root.pem,
    };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name },
      type: "kubernetes.io/tls",
      stringData,
    };
    await plane.kubectl(["apply", "--server-side", "-f", "-"], { input: JSON.stringify(secret) });
    return new X509Certificate(leaf.pem).serialNumber.toLowerCase();
  }
}
