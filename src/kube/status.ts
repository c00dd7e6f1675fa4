import { KubeError, type KubeErrorReason } from "./errors.ts";

/** The reasons that both the API server and `KubeErrorReason` know. */
const REASONS: ReadonlySet<string> = new Set<KubeErrorReason>([
  "BadRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "AlreadyExists",
  "Conflict",
  "Gone",
  "Expired",
  "Invalid",
  "TooManyRequests",
  "ServerTimeout",
  "Timeout",
  "InternalError",
  "ServiceUnavailable",
  "MethodNotAllowed",
  "UnsupportedMediaType",
  "RequestEntityTooLarge",
]);

const REASON_OF_CODE: Readonly<Record<number, KubeErrorReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/**
 * The error of an answer that is not 2xx. `text` is its body: a `Status` object from the API server, or whatever a
 * proxy in between says. `retryAfter` is the header of that name, in seconds.
 */
export function errorOfAnswer(code: number, text: string, retryAfter?: string): KubeError {
  const status = parseStatus(text);
  if (status !== undefined) return errorOfStatus(status, code, seconds(retryAfter));
  return new KubeError(REASON_OF_CODE[code] ?? "Unknown", `HTTP ${code}: ${excerpt(text)}`, {
    status: code,
    retryAfterSeconds: seconds(retryAfter),
  });
}

/** The error that a `Status` object tells, as an answer's body or as the object of a watch's ERROR event. */
export function errorOfStatus(status: unknown, httpCode?: number, retryAfterSeconds?: number): KubeError {
  const fields = isRecord(status) ? status : {};
  const code = typeof fields["code"] === "number" ? fields["code"] : httpCode;
  const details = isRecord(fields["details"]) ? fields["details"] : {};
  const told = details["retryAfterSeconds"];
  const message = typeof fields["message"] === "string" ? fields["message"] : "";
  return new KubeError(reasonOf(fields["reason"], code), message === "" ? `HTTP ${code ?? "error"}` : message, {
    status: code,
    retryAfterSeconds: retryAfterSeconds ?? (typeof told === "number" && told > 0 ? told : undefined),
  });
}

function reasonOf(reason: unknown, code: number | undefined): KubeErrorReason {
  if (typeof reason === "string" && isReason(reason)) return reason;
  return (code === undefined ? undefined : REASON_OF_CODE[code]) ?? "Unknown";
}

function isReason(reason: string): reason is KubeErrorReason {
  return REASONS.has(reason);
}

function parseStatus(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value["kind"] === "Status" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Retry-After in seconds. The API server never sends the form with a date. */
function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

/** The first words of what a proxy answered, without control characters, for a person to read. */
function excerpt(text: string): string {
  return text
    .slice(0, 200)
    .replaceAll(/\p{C}+/gu, " ")
    .trim();
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
