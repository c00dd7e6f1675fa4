import { expect, it, onTestFinished, vi } from "vitest";
import { chainFor } from "../../../test/fixtures/pki.ts";
import { desiredOf, writeTo } from "../../../test/fixtures/place.ts";
import { findRun, runsOf } from "../../../test/leaks/runs.ts";

// Azure's packages read it when they are loaded.
vi.stubEnv("AZURE_LOG_LEVEL", "verbose");
const { KeyVault } = await import("../../../test/fixtures/key-vault.ts");

it("what Azure's packages write under AZURE_LOG_LEVEL holds no secret, no token and no private key", async () => {
  const secrets: string[] = [];
  const onSecret = (secret: string): void => void secrets.push(secret);
  const written: string[] = [];
  const output = vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  onTestFinished(() => output.mockRestore());
  const keyVault = await KeyVault.start({ onSecret }, { onSecret });
  onTestFinished(() => keyVault.close());
  const store = await keyVault.open();
  onTestFinished(() => store.close());
  const { leaf } = await chainFor("web.example.com");
  const place = store.place({}, { namespace: "shop", name: "web", secret: () => Buffer.alloc(0) });
  await writeTo(place, await desiredOf(leaf, "me/CertificateImport/shop/web", ""), AbortSignal.timeout(60_000));

  const text = written.join("");
  expect(text).toContain("azure:keyvault-certificates:info Request");
  expect(text).toContain("MSAL Node V2 verbose message");
  // The application's secret, an access token, a PFX and its password.
  expect(secrets).toHaveLength(4);
  const runs = new Set(secrets.flatMap((secret) => [...runsOf(secret)]));
  expect(findRun(text, runs)).toBeUndefined();
});
