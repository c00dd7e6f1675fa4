import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer.ts";

/** The token endpoint says no (B.6): which of AADSTS' numbers, and which of OAuth's words, with the status that goes with it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly error: string;
  readonly code: number;

  constructor(error: string, code: number, message: string) {
    super(message);
    // OAuth's own rule (RFC 6749 section 5.2), which the recordings keep.
    this.status = error === "invalid_client" ? 401 : 400;
    this.error = error;
    this.code = code;
  }

  answer(now: number, correlationId: string): Answer {
    const trace = randomUUID();
    const timestamp = new Date(now)
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z$/, "Z");
    const about = `Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
    const body = {
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} ${about}`,
      error_codes: [this.code],
      timestamp,
      trace_id: trace,
      correlation_id: correlationId,
    };
    return { status: this.status, headers: {}, body: { json: body } };
  }
}
