import { createHttpHeaders, createPipelineRequest, type HttpClient } from "@azure/core-rest-pipeline";
import { describe, expect, it } from "vitest";
import { BlockedError } from "../../errors.ts";
import { TokenEndpoint } from "./endpoint.ts";

const request = createPipelineRequest({ url: "https://login.microsoftonline.com/t/oauth2/v2.0/token", method: "POST" });

function answering(status: number, body: string, headers: Record<string, string> = {}): TokenEndpoint {
  const http: HttpClient = {
    sendRequest: (request) =>
      Promise.resolve({ request, status, headers: createHttpHeaders(headers), bodyAsText: body }),
  };
  return new TokenEndpoint(http, "Secret vault-login");
}

describe("the token service", () => {
  it("a refusal is a login refused, with Entra's words and without its numbers", async () => {
    const error_description =
      "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2 Timestamp: 2026-01-01 00:00:00Z";
    const endpoint = answering(401, JSON.stringify({ error: "invalid_client", error_description }));
    await expect(endpoint.sendRequest(request)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message:
        "login.microsoftonline.com refuses the login of Secret vault-login: AADSTS7000215: Invalid client secret provided.",
    });
    expect(endpoint.failure).toMatchObject({ reason: "CredentialsRefused" });
  });

  it.each([
    [429, "", { "retry-after": "7" }, "TransientError", "StoreUnavailable"],
    [503, "<html>", {}, "TransientError", "StoreUnavailable"],
    [400, '{"error":"temporarily_unavailable"}', {}, "TransientError", "TokenUnavailable"],
    [403, "<html>", {}, "CredentialsRefused", "CredentialsRefused"],
  ])("%i %s is %s", async (status, body, headers, name, reason) => {
    const error: unknown = await answering(status, body, headers)
      .sendRequest(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason });
    expect((error as Error).constructor.name).toBe(name);
  });

  it("what went well clears what failed before; what failed beside it is kept", async () => {
    const endpoint = answering(200, "{}");
    const refused = new BlockedError("TokenNotGranted", "no");
    await expect(endpoint.noting(() => Promise.reject(refused))).rejects.toBe(refused);
    expect(endpoint.failure).toBe(refused);
    await endpoint.sendRequest(request);
    expect(endpoint.failure).toBeUndefined();
  });
});
