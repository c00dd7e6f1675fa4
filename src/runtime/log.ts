import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger } from "pino";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/**
 * JSON lines. Of an error only name, reason, message and stack are told: other fields, and causes, may hold what a server
 * answered, and with it a secret.
 */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream | undefined }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields, error: errorFields },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** The fields of an error that are safe to tell. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const reason = "reason" in error && typeof error.reason === "string" ? { reason: error.reason } : {};
  return { name: error.name, ...reason, message: error.message, stack: error.stack };
}
