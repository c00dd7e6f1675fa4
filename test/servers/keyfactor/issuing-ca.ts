import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Issued, issue } from "../../fixtures/pki.ts";
import type { Command } from "./command.ts";

const authorities = new WeakMap<Command, Promise<Issued>>();

/** A certificate of the installation's own CA, whose root Command knows. */
export async function issuedBy(
  command: Command,
  subject: string,
  dnsNames: readonly string[],
): Promise<{ readonly x509: X509Certificate; readonly key: KeyObject }> {
  const authority = authorities.get(command) ?? issue({ subject: "CN=Command Issuing CA", ca: true });
  authorities.set(command, authority);
  const issuer = await authority;
  command.addCertificate(issuer.pem);
  const { pem, keyPem } = await issue({ subject, issuer, dnsNames });
  return { x509: new X509Certificate(pem), key: createPrivateKey(keyPem) };
}
