import { describe, expect, it } from "vitest";
import { BlockedError, TransientError } from "../../errors.ts";
import type { Identity } from "./identity.ts";
import { VaultLogin } from "./login.ts";

const signal = new AbortController().signal;
const ours = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const nothing = { close: () => Promise.resolve() };

/** An identity whose logins each keep a token of their own, and what they were asked for. */
function identity(more: Partial<Identity> = {}): { identity: Identity; asked: unknown[] } {
  const asked: unknown[] = [];
  let logins = 0;
  const open: Identity["open"] = () => {
    logins += 1;
    const token = `token-${logins}`;
    return Promise.resolve({
      getToken: (scope, options) => {
        asked.push([scope, options?.claims]);
        return Promise.resolve({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER });
      },
    });
  };
  return { identity: { from: "Secret login", tenantId: ours, open, failure: () => undefined, ...more }, asked };
}

function login(of: Identity): VaultLogin {
  return new VaultLogin(of, "https://vault.azure.net", nothing);
}

describe("the login of a store", () => {
  it("is one for all requests, and asks for the vault's resource", async () => {
    const { identity: one, asked } = identity();
    const vault = login(one);
    expect([await vault.header(signal), await vault.header(signal)]).toEqual(["Bearer token-1", "Bearer token-1"]);
    expect(asked[0]).toEqual(["https://vault.azure.net/.default", undefined]);
  });

  it("a token that was kept is replaced once it is refused", async () => {
    const vault = login(identity().identity);
    await vault.header(signal);
    const kept = await vault.header(signal);
    expect(await vault.rejected(kept, undefined)).toBe("TryOnceMore");
    expect(await vault.header(signal)).toBe("Bearer token-2");
  });

  it("a fresh one is not: another would fare no better", async () => {
    const vault = login(identity().identity);
    expect(await vault.rejected(await vault.header(signal), undefined)).toBe("Refused");
  });

  it("a fresh one is, where the vault says what a new one must be for", async () => {
    const { identity: one, asked } = identity();
    const vault = login(one);
    const header = await vault.header(signal);
    const claims = Buffer.from('{"access_token":{}}').toString("base64");
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${ours}", error="insufficient_claims", claims="${claims}"`;
    expect(await vault.rejected(header, challenge)).toBe("TryOnceMore");
    expect(await vault.header(signal)).toBe("Bearer token-2");
    expect(asked.at(-1)).toEqual(["https://vault.azure.net/.default", '{"access_token":{}}']);
  });

  it("names both tenants where the vault is another's", async () => {
    const vault = login(identity().identity);
    const challenge =
      'Bearer authorization="https://login.microsoftonline.com/11111111-86f1-41af-91ab-2d7cd011db47", resource="https://vault.azure.net"';
    await expect(vault.rejected(await vault.header(signal), challenge)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message: `The vault belongs to the tenant 11111111-86f1-41af-91ab-2d7cd011db47, and Secret login logs in to ${ours}; correct the store's tenantId.`,
    });
  });
});

describe("a login that fails", () => {
  const failing =
    (thrown: Error): Identity["open"] =>
    () =>
      Promise.resolve({ getToken: () => Promise.reject(thrown) });

  it("is what the request for a token came to, whatever the package makes of that", async () => {
    const failure = new TransientError("TokenUnavailable", "later");
    const one = identity({ open: failing(new Error("the package's own")), failure: () => failure }).identity;
    await expect(login(one).header(signal)).rejects.toBe(failure);
  });

  it("is what was thrown where that is decided already", async () => {
    const failure = new BlockedError("IdentityUnavailable", "nobody");
    const one = identity({ open: failing(failure), failure: () => new TransientError("TokenUnavailable", "old") });
    await expect(login(one.identity).header(signal)).rejects.toBe(failure);
  });
});
