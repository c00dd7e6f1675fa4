import { expect, it } from "vitest";
import { issue } from "../../test/fixtures/pki.ts";
import type { Store } from "../stores/contract.ts";
import { WaitingError } from "../stores/errors.ts";
import { held } from "./held.ts";
import type { ResolvedStore, StoreResolver } from "./store.ts";

const use = { for: "Delivery", provider: "keyfactorCommand", name: "web", block: {} } as const;
const of = { storeRef: { name: "command" }, use, certificate: { id: 42 } };

/** What a target's certificate comes to when the store answers so; none where it holds no certificates. */
async function asked(answer?: NonNullable<Store["held"]>): Promise<unknown> {
  const store = { timeoutMs: 5_000, ...(answer === undefined ? {} : { held: answer }) };
  const lend: StoreResolver["use"] = (_namespace, _ref, _use, _signal, work) => work({ store } as ResolvedStore);
  const reading = { now: new Date(), signal: AbortSignal.timeout(5_000), onDefect: () => {} };
  return held({ use: lend }, "shop", of, reading).catch((error: unknown) => error);
}

it("is the leaf and the chain that the store holds, and what it calls them, but no file to be written", async () => {
  const root = await issue({ subject: "CN=Root", ca: true });
  const leaf = await issue({ subject: "CN=leaf", issuer: root });
  const content = Buffer.from(root.pem + leaf.pem);
  const source = await asked((certificate) =>
    Promise.resolve({ content, remote: { id: JSON.stringify(certificate) } }),
  );
  expect(source).toMatchObject({ facts: { subject: "CN=leaf" }, held: { id: '{"id":42}' } });
  expect(source).not.toHaveProperty("file");
  expect(source).not.toHaveProperty("bundle.key");
});

it("is no certificate that has expired", async () => {
  const { pem } = await issue({ subject: "CN=old", notAfter: new Date(Date.now() - 86_400_000) });
  const source = await asked(() => Promise.resolve({ content: Buffer.from(pem), remote: { id: "42" } }));
  expect(source).toMatchObject({ name: "TerminalError", reason: "Expired" });
});

it("is waited for as the store says", async () => {
  const missing = new WaitingError("CertificateMissing", "Command has no certificate 42; it is waited for.");
  expect(await asked(() => Promise.reject(missing))).toBe(missing);
});

it("is refused by a store that gives no certificates", async () => {
  expect(await asked()).toMatchObject({ name: "TerminalError", reason: "NoDownload" });
});
