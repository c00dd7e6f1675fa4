import { describe, expect, it } from "vitest";
import { issue } from "../../test/fixtures/pki.ts";
import type { Store } from "../stores/contract.ts";
import { TransientError } from "../stores/errors.ts";
import { download } from "./download.ts";
import type { ResolvedStore, StoreResolver } from "./store.ts";

const now = new Date();
const from = { storeRef: { name: "vault" }, provider: "probe", request: { block: {} } };

/** What a download comes to when the store answers so; none where it gives no certificates. */
async function downloaded(answer?: NonNullable<Store["download"]>) {
  const defects: unknown[] = [];
  const store = { timeoutMs: 50, ...(answer === undefined ? {} : { download: answer }) };
  const use: StoreResolver["use"] = (_namespace, _ref, _use, _signal, work) => work({ store } as ResolvedStore);
  const reading = { now, signal: AbortSignal.timeout(5_000), onDefect: (error: unknown) => defects.push(error) };
  return { source: await download({ use }, "shop", from, reading).catch((error: unknown) => error), defects };
}

function given(content: string): NonNullable<Store["download"]> {
  return () => Promise.resolve({ content: Buffer.from(content), fileName: "web.pem" });
}

describe("a download", () => {
  it("is the leaf among what the store gave, in whatever order, and the file as it came", async () => {
    const root = await issue({ subject: "CN=Root", ca: true });
    const leaf = await issue({ subject: "CN=leaf", issuer: root });
    const file = root.pem + leaf.pem;
    const { source } = await downloaded(given(file));
    expect(source).toMatchObject({ facts: { subject: "CN=leaf" }, file: Buffer.from(file), fileName: "web.pem" });
  });

  it("is refused by a store that gives no certificates back", async () => {
    expect((await downloaded()).source).toMatchObject({
      name: "TerminalError",
      reason: "NoDownload",
      message:
        "CertificateStore vault gives no certificates back, as no store of its provider does; take the certificate from another store.",
    });
  });

  it("says whose file cannot be read", async () => {
    expect((await downloaded(given("no certificate"))).source).toMatchObject({
      name: "TerminalError",
      message: expect.stringMatching(/^What CertificateStore vault gave: /) as string,
    });
  });

  it("is no certificate that has expired", async () => {
    const past = new Date(now.getTime() - 86_400_000);
    const { pem } = await issue({ subject: "CN=old", notAfter: past });
    expect((await downloaded(given(pem))).source).toMatchObject({ name: "TerminalError", reason: "Expired" });
  });

  it("fails as the store says", async () => {
    const busy = new TransientError("StoreUnavailable", "It is busy.");
    const { source, defects } = await downloaded(() => Promise.reject(busy));
    expect([source, defects]).toEqual([busy, []]);
  });

  it("is tried again where the store fails in a way of its own, which the log is told", async () => {
    const broken = new Error("broken");
    const { source, defects } = await downloaded(() => Promise.reject(broken));
    expect(source).toMatchObject({ name: "TransientError", reason: "StoreFailed" });
    expect(defects).toEqual([broken]);
  });

  it("has the store's time and no more", async () => {
    const { source } = await downloaded(
      (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
    );
    expect(source).toMatchObject({ name: "TransientError", reason: "StoreFailed" });
  });
});
