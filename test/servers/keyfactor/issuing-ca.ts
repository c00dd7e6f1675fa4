import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Issued, issue } from "../../fixtures/pki.ts";

const validMs = 90 * 86_400_000;

interface Enrolled {
  readonly x509: X509Certificate;
  readonly key: KeyObject;
  readonly issuerPem: string;
}

/** An installation's own CA, which is made when it first issues. */
export class IssuingCa {
  #authority: Promise<Issued> | undefined;

  /** A certificate that is valid from `now` on. */
  async enroll(subject: string, dnsNames: readonly string[], now: number): Promise<Enrolled> {
    const validity = { notBefore: new Date(now), notAfter: new Date(now + validMs) };
    this.#authority ??= issue({ ...validity, subject: "CN=Command Issuing CA", ca: true });
    const issuer = await this.#authority;
    const { pem, keyPem } = await issue({ ...validity, subject, issuer, dnsNames });
    return { x509: new X509Certificate(pem), key: createPrivateKey(keyPem), issuerPem: issuer.pem };
  }
}
