import {
  CertificateClient,
  type DeletedCertificate,
  type KeyVaultCertificateWithPolicy,
} from "@azure/keyvault-certificates";
import type { Attributes, Tags } from "./wanted.ts";
import type { Policy } from "./policy.ts";
import { isRefusal } from "./refusal.ts";
import { placeholder, transportOf } from "./sdk-transport.ts";
import type { Vault } from "./vault.ts";

/** The body of an import (https://learn.microsoft.com/rest/api/keyvault/certificates/import-certificate). */
export interface ImportBody {
  readonly value: string;
  readonly pwd?: string;
  readonly policy: object;
  readonly attributes: Attributes;
  readonly tags: Tags;
  readonly preserveCertOrder?: boolean | undefined;
}

/**
 * The certificates of a vault, by Azure's own package where that does what it says. Throws `VaultRefusal`, and what the
 * connection throws. The package is loaded with this file: import it lazily.
 */
export class CertificatesClient {
  readonly #vault: Vault;
  readonly #sdk: CertificateClient;

  constructor(vault: Vault) {
    this.#vault = vault;
    this.#sdk = new CertificateClient(`https://${vault.host}`, placeholder, {
      httpClient: transportOf(vault),
      serviceVersion: vault.apiVersion as "7.6",
      // The store's gate decides what is tried again.
      retryOptions: { maxRetries: 0 },
    });
  }

  /** The newest version; undefined where there is no such certificate. */
  get(name: string, signal: AbortSignal): Promise<KeyVaultCertificateWithPolicy | undefined> {
    return unlessMissing(this.#sdk.getCertificate(name, { abortSignal: signal }));
  }

  getVersion(name: string, version: string, signal: AbortSignal): Promise<{ cer?: Uint8Array } | undefined> {
    return unlessMissing(this.#sdk.getCertificateVersion(name, version, { abortSignal: signal }));
  }

  /** Undefined where no certificate of that name is deleted. */
  getDeleted(name: string, signal: AbortSignal): Promise<DeletedCertificate | undefined> {
    return unlessMissing(this.#sdk.getDeletedCertificate(name, { abortSignal: signal }));
  }

  async updatePolicy(name: string, policy: Policy, signal: AbortSignal): Promise<void> {
    type Whole = Parameters<CertificateClient["updateCertificatePolicy"]>[1];
    await this.#sdk.updateCertificatePolicy(name, policy as Whole, { abortSignal: signal });
  }

  /** Begins to delete all versions: what is deleted can be recovered, as long as the vault keeps it. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#sdk.beginDeleteCertificate(name, { abortSignal: signal });
  }

  /** Begins to bring back what was deleted. */
  async recover(name: string, signal: AbortSignal): Promise<void> {
    await this.#sdk.beginRecoverDeletedCertificate(name, { abortSignal: signal });
  }

  /** Begins to do away with what was deleted, for good. */
  async purge(name: string, signal: AbortSignal): Promise<void> {
    await this.#sdk.purgeDeletedCertificate(name, { abortSignal: signal });
  }

  /** Our own call: the package leaves policy and `enabled` of an import out without a word (4.9.0 to 4.10.3, tried). */
  async import(name: string, { attributes, ...body }: ImportBody, signal: AbortSignal): Promise<void> {
    const whole = { ...body, attributes: onWire(attributes) };
    await this.#vault.call("POST", `/certificates/${name}/import`, { body: whole, signal });
  }

  /** Our own call: the package writes times after 2038-01-19 as negative numbers (4.10.3, tried). */
  async update(
    { name, version, ...change }: { name: string; version: string; attributes: Attributes; tags: Tags },
    signal: AbortSignal,
  ): Promise<void> {
    const body = { attributes: onWire(change.attributes), tags: change.tags };
    await this.#vault.call("PATCH", `/certificates/${name}/${version}`, { body, signal });
  }
}

function onWire({ enabled, notBefore, expires }: Attributes): object {
  return { enabled, nbf: notBefore.getTime() / 1000, exp: expires.getTime() / 1000 };
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error, 404)) return undefined;
    throw error;
  }
}
