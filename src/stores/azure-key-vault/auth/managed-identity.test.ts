import { describe, expect, it, vi } from "vitest";
import type { HttpAnswer, HttpRequest } from "../../http/index.ts";
import { ManagedIdentity } from "./managed-identity.ts";

const scope = "https://vault.azure.net/.default";
const start = Date.parse("2030-01-01T00:00:00Z");

/** An identity of a machine that answers so, and what it was asked. */
function machine(
  status: number,
  body: object | string,
  clientId?: string,
): { identity: ManagedIdentity; asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const request = (one: HttpRequest): Promise<HttpAnswer> => {
    asked.push(one);
    return Promise.resolve({ status, headers: {}, body: Buffer.from(textOf(body)) });
  };
  return { identity: new ManagedIdentity({ request }, clientId), asked };
}

function textOf(body: object | string): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

describe("a managed identity", () => {
  it("is asked for as the metadata service wants it, and the token is kept until shortly before its end", async () => {
    vi.setSystemTime(start);
    const answer = { access_token: "t", expires_on: String(start / 1000 + 3600) };
    const { identity, asked } = machine(200, answer, "22222222-0000-4000-8000-000000000001");
    expect(await identity.getToken(scope)).toEqual({ token: "t", expiresOnTimestamp: start + 3_600_000 });
    expect(asked[0]).toMatchObject({
      method: "GET",
      path: "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id=22222222-0000-4000-8000-000000000001",
      headers: { metadata: "true" },
    });
    vi.setSystemTime(start + 55 * 60_000 - 1);
    await identity.getToken(scope);
    expect(asked).toHaveLength(1);
    vi.setSystemTime(start + 55 * 60_000);
    await identity.getToken(scope);
    expect(asked).toHaveLength(2);
    vi.useRealTimers();
  });

  it.each([
    [400, { error: "invalid_request", error_description: "Identity not found" }, "BlockedError", "IdentityUnavailable"],
    [404, {}, "TransientError", "TokenUnavailable"],
    [410, {}, "TransientError", "TokenUnavailable"],
    [429, {}, "TransientError", "TokenUnavailable"],
    [500, {}, "TransientError", "TokenUnavailable"],
    [200, {}, "TransientError", "TokenUnavailable"],
    [200, { access_token: "t" }, "TransientError", "TokenUnavailable"],
  ])("%i %j is %s %s", async (status, body, name, reason) => {
    await expect(machine(status, body).identity.getToken(scope)).rejects.toMatchObject({ name, reason });
  });

  it("whose answer is cut off is told without a piece of the token", async () => {
    const cut = '{"access_token":"eyJ0-a-token';
    await expect(machine(200, cut).identity.getToken(scope)).rejects.toThrow(
      "The metadata service of the machine answers without a token; it is tried again.",
    );
  });
});
