import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Issued, issue } from "../../fixtures/pki.ts";
import type { Command } from "./command.ts";

const validMs = 90 * 86_400_000;
const authorities = new WeakMap<Command, Promise<Issued>>();

/** A certificate of the installation's own CA, whose root Command knows. */
export async function issuedBy(
  command: Command,
  subject: string,
  dnsNames: readonly string[],
): Promise<{ readonly x509: X509Certificate; readonly key: KeyObject }> {
  const validity = { notBefore: new Date(command.now()), notAfter: new Date(command.now() + validMs) };
  const authority = authorities.get(command) ?? issue({ ...validity, subject: "CN=Command Issuing CA", ca: true });
  authorities.set(command, authority);
  const issuer = await authority;
  command.addCertificate(issuer.pem);
  const { pem, keyPem } = await issue({ ...validity, subject, issuer, dnsNames });
  return { x509: new X509Certificate(pem), key: createPrivateKey(keyPem) };
}
