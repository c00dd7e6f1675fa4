import { randomUUID } from "node:crypto";
import { Access, type AccessModel } from "./access.ts";
import type { Authority, Challenge } from "./authentication.ts";
import { Certificates, type Delays } from "./model/certificates.ts";
import type { PolicyContext } from "./model/policy-rules.ts";
import type { Features } from "./version.ts";

/** Settings of a vault. */
export interface Settings extends Delays {
  readonly authority: Authority;
  readonly resource: string;
  readonly authorizationHost: string;
  readonly accessModel: AccessModel;
  readonly sku: "Standard" | "Premium";
  /** Names of the issuers that it has. */
  readonly issuers: readonly string[];
  /** 7 to 90 (B.2). */
  readonly recoverableDays: number;
  readonly purgeProtection: boolean;
  /** What an import without policy makes of the policy that is there [U]. */
  readonly policyOnImport: "Replaced" | "Kept";
  readonly clock: () => number;
  /** Told of what nobody else may see: values and passwords of imports. */
  readonly onSecret: (secret: string) => void;
}

const defaults = {
  resource: "https://vault.azure.net",
  authorizationHost: "https://login.microsoftonline.com",
  accessModel: "Rbac",
  sku: "Standard",
  issuers: [],
  recoverableDays: 90,
  purgeProtection: false,
  policyOnImport: "Replaced",
  deleteMs: 1_000,
  recoverMs: 1_000,
  purgeMs: 1_000,
  clock: Date.now,
  onSecret: () => undefined,
} as const satisfies Omit<Settings, "authority">;

export type VaultOptions = Partial<Settings> & Pick<Settings, "authority">;

/** All that a vault knows; what time does to it is done before each look (`settle`). */
export class Vault {
  readonly settings: Settings;
  readonly certificates: Certificates;
  readonly access: Access;
  /** Objects that belong to no certificate, by name: a key, or the value of a secret. They keep certificates from their names (B.2 [D]). */
  readonly keys = new Set<string>();
  readonly secrets = new Map<string, string>();

  constructor(options: VaultOptions) {
    this.settings = { ...defaults, ...options };
    this.certificates = new Certificates(this.settings);
    this.access = new Access(this.settings.accessModel);
  }

  now(): number {
    return this.settings.clock();
  }

  /** UNIX seconds, as all times on the wire (B.3). */
  seconds(): number {
    return Math.floor(this.now() / 1_000);
  }

  settle(): void {
    this.certificates.settle(this.now());
  }

  get challenge(): Challenge {
    return this.settings;
  }

  /** What a deletion comes to (B.3). */
  get recoveryLevel(): string {
    const { recoverableDays, purgeProtection } = this.settings;
    const level = recoverableDays < 90 ? "CustomizedRecoverable" : "Recoverable";
    return purgeProtection ? level : `${level}+Purgeable`;
  }

  policyContext(features: Features): PolicyContext {
    const { sku, issuers } = this.settings;
    return { features, sku, issuers };
  }

  /** What has the name and belongs to no certificate; names have no case [D]. */
  otherAt(name: string): "key" | "secret" | undefined {
    const has = (names: Iterable<string>) => [...names].some((other) => other.toLowerCase() === name.toLowerCase());
    if (has(this.keys)) return "key";
    return has(this.secrets.keys()) ? "secret" : undefined;
  }

  /** Somebody has begun an operation of his own on the certificate, or ends it; without certificate there is nothing to it. */
  setPending(name: string, pending: boolean): void {
    const certificate = this.certificates.find(name);
    if (certificate === undefined) throw new Error(`no certificate ${name}`);
    certificate.pending = pending;
  }
}

export function newVersionId(): string {
  return randomUUID().replaceAll("-", "");
}
