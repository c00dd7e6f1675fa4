import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from "@azure/core-rest-pipeline";
import { InternalDefect } from "../errors.ts";
import type { HttpAnswer, HttpRequest } from "../http/index.ts";

const methods: readonly HttpRequest["method"][] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** A request of Azure's packages for a connection of ours, which decides on encodings and lengths itself. */
export function requestOf({ method, url, headers, body, abortSignal }: PipelineRequest): HttpRequest {
  const { pathname, search } = new URL(url);
  const known = methods.find((one) => one === method);
  if (known === undefined || (body !== undefined && body !== null && typeof body !== "string")) {
    throw new InternalDefect(`a package of Azure asks ${method} with what is no text`);
  }
  const { "accept-encoding": _encoding, "content-length": _length, ...rest } = headers.toJSON();
  // The packages' own type of a signal is what it looks like.
  const signal = (abortSignal as AbortSignal | undefined) ?? new AbortController().signal;
  return { method: known, path: pathname + search, headers: rest, body: body ?? undefined, signal };
}

export function responseOf(request: PipelineRequest, { status, headers, body }: HttpAnswer): PipelineResponse {
  return { request, status, headers: createHttpHeaders(headers), bodyAsText: body.toString("utf8") };
}
