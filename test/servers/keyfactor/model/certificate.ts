import type { KeyObject, X509Certificate } from "node:crypto";
import { type CertificateFacts, factsOf } from "../files/facts.ts";

/** A certificate that Command has a record of. */
export interface Certificate {
  readonly id: number;
  readonly x509: X509Certificate;
  readonly facts: CertificateFacts;
  /** Command's own copy of the private key. */
  key: KeyObject | undefined;
  readonly metadata: Map<string, string>;
  ownerRoleId: number | undefined;
  /** Of the enrolment that it comes from. */
  readonly requestId: number | undefined;
}

/** Command's records of certificates, one for each thumbprint (A.6 [D]). */
export class Certificates {
  readonly #records = new Map<number, Certificate>();
  #lastId = 0;

  all(): Certificate[] {
    return [...this.#records.values()];
  }

  byId(id: number): Certificate | undefined {
    return this.#records.get(id);
  }

  byThumbprint(thumbprint: string): Certificate | undefined {
    return this.all().find(({ facts }) => facts.Thumbprint === thumbprint.toUpperCase());
  }

  delete(id: number): boolean {
    return this.#records.delete(id);
  }

  /** The record of the certificate, a new one where there is none. */
  record(x509: X509Certificate, requestId?: number): { readonly certificate: Certificate; readonly isNew: boolean } {
    const facts = factsOf(x509);
    const known = this.byThumbprint(facts.Thumbprint);
    if (known !== undefined) return { certificate: known, isNew: false };
    this.#lastId += 1;
    const certificate: Certificate = {
      id: this.#lastId,
      x509,
      facts,
      key: undefined,
      metadata: new Map(),
      ownerRoleId: undefined,
      requestId,
    };
    this.#records.set(certificate.id, certificate);
    return { certificate, isNew: true };
  }

  /** The leaf and its issuers up to the root, or undefined where Command lacks one of them. */
  chainOf(leaf: Certificate): Certificate[] | undefined {
    const chain = [leaf];
    for (let last = leaf; !isRoot(last);) {
      const issuer = this.all().find((other) => issued(other, last));
      if (issuer === undefined || chain.includes(issuer)) return undefined;
      chain.push(issuer);
      last = issuer;
    }
    return chain;
  }
}

function isRoot(certificate: Certificate): boolean {
  return issued(certificate, certificate);
}

function issued(issuer: Certificate, { x509 }: Certificate): boolean {
  return x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey);
}
