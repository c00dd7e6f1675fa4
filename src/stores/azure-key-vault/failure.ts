import { BlockedError, type StoreError, TerminalError, WaitingError } from "../errors.ts";
import { VaultRefusal } from "./refusal.ts";

/** What was asked of a vault. */
export type Verb = "get" | "import" | "update" | "delete" | "recover" | "purge";

/** What was asked of which certificate, for messages: `import certificate web of web.vault.azure.net`. */
export interface Asked {
  readonly verb: Verb;
  /** Of the certificate. */
  readonly name: string;
  /** Of the vault. */
  readonly host: string;
}

/** After so long an operation that the vault carries out on its own has often ended, in milliseconds. */
export const operationMs = 5_000;

/** Asks a vault; what it refuses is thrown as what that means for a place. */
export async function asking<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw meaningOf(error, asked);
  }
}

/** What a vault's refusal means for a place. Rethrows what is none, as the errors of the connection. */
export function meaningOf(error: unknown, asked: Asked): StoreError {
  if (!(error instanceof VaultRefusal)) throw error;
  const { statusCode } = error;
  if (statusCode === 403) return forbidden(error, asked);
  if (statusCode === 409) return conflict(error, asked);
  const message = `The vault refuses to ${whatOf(asked)} (${codeOf(error)}): ${error.message}`;
  return new TerminalError("Refused", message, { cause: error });
}

/** Whether the vault does not let the operator do this, as opposed to what lies there or to where it comes from. */
export function isMissingRight({ statusCode, inner }: VaultRefusal): boolean {
  return statusCode === 403 && !isFirewall(inner) && !inner.endsWith("Disabled");
}

/** A new role assignment is known to a vault after some minutes; what its firewall refuses, it refuses until somebody changes that. */
function forbidden(error: VaultRefusal, asked: Asked): StoreError {
  if (isFirewall(error.inner)) {
    const message = `The network rules of the vault ${asked.host} do not let the operator in (${error.inner}). Allow its address or a private endpoint there, then request a reconcile.`;
    return new TerminalError("VaultFirewall", message, { cause: error });
  }
  if (error.inner.endsWith("Disabled")) {
    const message = `Certificate ${asked.name} of ${asked.host} is disabled, so that the vault does not ${asked.verb} it; enable it there.`;
    return new BlockedError("ObjectDisabled", message, { cause: error });
  }
  const right = asked.verb === "purge" ? "Key Vault Purge Operator" : "Key Vault Certificates Officer";
  const message = `The store's identity may not ${whatOf(asked)} (${codeOf(error)}). Grant it the role ${right} on the vault, or certificates/${asked.verb} in its access policy; that takes some minutes to be known.`;
  return new BlockedError("AccessDenied", message, { cause: error });
}

function isFirewall(inner: string): boolean {
  return inner === "ForbiddenByFirewall" || inner === "ForbiddenByConnection";
}

function conflict(error: VaultRefusal, asked: Asked): StoreError {
  const where = `certificate ${asked.name} in ${asked.host}`;
  const until = new Date(Date.now() + operationMs);
  switch (error.inner) {
    case "ObjectIsBeingDeleted":
      return new WaitingError("BeingDeleted", `The vault is still deleting ${where}; it goes on after that.`, {
        until,
      });
    case "ObjectIsBeingRecovered":
      return new WaitingError("Recovering", `The vault is still bringing back ${where}; it goes on after that.`, {
        until,
      });
    case "ObjectIsBeingPurged":
      return new WaitingError("Purging", `The vault is still purging ${where}; it goes on after that.`, { until });
    case "ObjectIsDeletedButRecoverable": {
      const message = `${asked.name} is taken by a deleted certificate in ${asked.host}. ${waysOut}`;
      return new BlockedError("SoftDeleted", message, { cause: error });
    }
  }
  // The code of a pending operation is that of a 403.
  if (error.code === "Forbidden") {
    const message = `An operation on ${where} is under way (a request to an issuer, or for a merge). It is waited for; finish or cancel it in the vault.`;
    return new WaitingError("OperationPending", message, { cause: error });
  }
  const message = `The vault refuses to ${whatOf(asked)} (${codeOf(error)}): ${error.message}. Look for a key or a secret of that name, or choose another name.`;
  return new BlockedError("NameTaken", message, { cause: error });
}

/** What a user can do about a deleted certificate. */
export const waysOut =
  "Set softDeleted to Recover or Purge, wait until the vault purges it by itself, or choose another name.";

function whatOf({ verb, name, host }: Asked): string {
  return `${verb} certificate ${name} of ${host}`;
}

function codeOf({ statusCode, code, inner }: VaultRefusal): string {
  return inner || code || `HTTP ${statusCode}`;
}
