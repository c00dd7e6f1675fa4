import { expect, it } from "vitest";
import { Vault } from "./vault.ts";

const signal = AbortSignal.timeout(60_000);
const at = { vaultUrl: "https://web.vault.azure.net", apiVersion: "7.6", resource: "https://vault.azure.net" };

function answering(body: string): Vault {
  const request = () => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(body) });
  return new Vault({ request, close: () => Promise.resolve() }, at);
}

it.each([
  ["GET", "no"],
  ["POST", "unknown"],
] as const)(
  "a good answer to %s that is no JSON is told without quoting it, and may have been done: %s",
  async (method, happened) => {
    const asked = answering('{"value":"MIIJ-a-private-key').call(method, "/secrets/web", { signal });
    await expect(asked).rejects.toMatchObject({
      name: "TransientError",
      reason: "StoreUnavailable",
      message: "web.vault.azure.net answers something that is no JSON; it is tried again.",
      happened,
    });
  },
);

it("an answer without body says nothing", async () => {
  expect((await answering("").call("POST", "/certificates/web/recover", { signal })).json).toBeUndefined();
});
