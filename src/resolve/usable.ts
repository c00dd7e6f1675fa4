import { timestamp } from "../crds/index.ts";
import type { CertificateFacts } from "../formats/index.ts";
import { TerminalError, WaitingError } from "../stores/errors.ts";

/**
 * Throws when a certificate must not be delivered now: `Expired`, `NotYetValid` (waits for its notBefore), or
 * `TemporaryCertificate`: cert-manager puts a self-made certificate into the Secret until the real one is issued.
 */
export function checkUsable(facts: CertificateFacts, now: Date): void {
  if (facts.issuer.split(",").includes("CN=cert-manager.local")) {
    throw new WaitingError(
      "TemporaryCertificate",
      "The source holds cert-manager's temporary certificate; the real one is waited for.",
    );
  }
  if (facts.notAfter <= now) {
    const message = `The certificate ${facts.subject} expired at ${timestamp(facts.notAfter)}; renew it.`;
    throw new TerminalError("Expired", message.slice(0, 512));
  }
  if (facts.notBefore > now) {
    const message = `The certificate ${facts.subject} is valid from ${timestamp(facts.notBefore)} and is delivered then.`;
    throw new WaitingError("NotYetValid", message.slice(0, 512), { until: facts.notBefore });
  }
}
