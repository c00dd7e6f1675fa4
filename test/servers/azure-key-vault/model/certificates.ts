import { conflict, Refusal } from "../http/refusal.ts";
import type { Certificate } from "./certificate.ts";

/** How long deletions, recoveries and purges take, in milliseconds: never no time at all (B.4 [C]). */
export interface Delays {
  readonly deleteMs: number;
  readonly recoverMs: number;
  readonly purgeMs: number;
}

/** All certificates of a vault, by name. */
export class Certificates {
  readonly #byName = new Map<string, Certificate>();
  readonly #delays: Delays;

  constructor(delays: Delays) {
    this.#delays = delays;
  }

  all(): Certificate[] {
    return [...this.#byName.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  find(name: string): Certificate | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  add(certificate: Certificate): void {
    this.#byName.set(certificate.name.toLowerCase(), certificate);
  }

  /** Lets end what has ended by now, and purges what was kept for its time. */
  settle(now: number): void {
    for (const certificate of this.all()) this.#settle(certificate, now);
  }

  /** The live one, or status 404 (D28). */
  live(name: string): Certificate {
    const certificate = this.find(name);
    if (certificate?.state.kind === "Live") return certificate;
    throw new Refusal(404, "CertificateNotFound", `Certificate not found: ${name}`);
  }

  /** The deleted one, or status 404: also while it is still being deleted, or on its way back (B.4). */
  deleted(name: string): Certificate {
    const certificate = this.find(name);
    if (certificate?.state.kind === "Deleted") return certificate;
    throw new Refusal(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`);
  }

  /** Status 409 where the name cannot be written to (B.5 [C]). */
  checkName(name: string): void {
    switch (this.find(name)?.state.kind) {
      case "Deleting":
      case "Purging":
        throw beingDeleted();
      case "Recovering":
        // Written after the other [I].
        throw conflict("Certificate is currently being recovered.", "ObjectIsBeingRecovered");
      case "Deleted":
        throw conflict(
          `Certificate ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.`,
          "ObjectIsDeletedButRecoverable",
        );
      case "Live":
      case undefined:
    }
  }

  /** @param recoverableDays how long it is kept then */
  delete(certificate: Certificate, now: number, recoverableDays: number): void {
    const date = Math.floor(now / 1_000);
    certificate.deleted = { date, purge: date + recoverableDays * 86_400 };
    certificate.state = { kind: "Deleting", until: now + this.#delays.deleteMs };
  }

  recover(certificate: Certificate, now: number): void {
    certificate.state = { kind: "Recovering", until: now + this.#delays.recoverMs };
  }

  purge(certificate: Certificate, now: number): void {
    certificate.state = { kind: "Purging", until: now + this.#delays.purgeMs };
  }

  #settle(certificate: Certificate, now: number): void {
    const { state, deleted } = certificate;
    if ("until" in state && state.until > now) return;
    switch (state.kind) {
      case "Deleting":
        certificate.state = { kind: "Deleted" };
        break;
      case "Recovering":
        certificate.state = { kind: "Live" };
        delete certificate.deleted;
        break;
      case "Purging":
        this.#byName.delete(certificate.name.toLowerCase());
        break;
      case "Deleted":
        if ((deleted?.purge ?? 0) * 1_000 <= now) this.#byName.delete(certificate.name.toLowerCase());
        break;
      case "Live":
    }
  }
}

/** A recording has it of keys [C]. */
export function beingDeleted(): Refusal {
  return conflict("Certificate is currently being deleted.", "ObjectIsBeingDeleted");
}
