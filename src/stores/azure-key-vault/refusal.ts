import { cleaned, fieldsOf, type HttpAnswer } from "../http/index.ts";

/** What a vault answers with where it does not do what was asked; `failure.ts` says what it means. */
export class VaultRefusal extends Error {
  override readonly name = "VaultRefusal";
  /** So called since Azure's own package looks at it. */
  readonly statusCode: number;
  /** `error.code`: `Forbidden`, `Conflict`. */
  readonly code: string;
  /** `error.innererror.code`: `ForbiddenByRbac`, `ObjectIsDeletedButRecoverable`. */
  readonly inner: string;
  /** The vault's own version. */
  readonly serviceVersion: string | undefined;

  constructor({ status, headers, body }: HttpAnswer) {
    const { code, inner, message } = told(body);
    super(message);
    this.statusCode = status;
    this.code = code;
    this.inner = inner;
    this.serviceVersion = headers["x-ms-keyvault-service-version"];
  }
}

/** True for refusals with this status. */
export function isRefusal(error: unknown, status: number): error is VaultRefusal {
  return error instanceof VaultRefusal && error.statusCode === status;
}

/** Whether the name is a deleted certificate's. */
export function isSoftDeleted(error: unknown): boolean {
  return isRefusal(error, 409) && error.inner === "ObjectIsDeletedButRecoverable";
}

/** Reads `{"error": {code, message, innererror: {code}}}`; proxies and firewalls answer with anything. */
function told(body: Buffer): { code: string; inner: string; message: string } {
  const { error } = fieldsOf(body) as {
    error?: { code?: unknown; message?: unknown; innererror?: { code?: unknown } };
  };
  return {
    code: text(error?.code, 64),
    inner: text(error?.innererror?.code, 64),
    message: text(error?.message, 160),
  };
}

function text(value: unknown, most: number): string {
  return typeof value === "string" ? cleaned(value, most) : "";
}
