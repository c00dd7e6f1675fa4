import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runHashChain } from "./hash-chain.ts";
import { hashChain } from "./hash-chains.ts";

const chain = (count: number) => ({ digest: "sha1", start: hash("sha1", "start", "buffer"), count });

describe("hashChain", { timeout: 60_000 }, () => {
  it.each([1, 10_000, 10_001, 50_000])("gives after %i steps what the chain itself gives", async (count) => {
    expect(await hashChain(chain(count))).toEqual(runHashChain(chain(count)));
  });

  it("runs more chains than it has threads, each to its own end", async () => {
    const counts = Array.from({ length: 7 }, (_, i) => 20_000 + i);
    const digests = await Promise.all(counts.map((count) => hashChain(chain(count))));
    expect(digests).toEqual(counts.map((count) => runHashChain(chain(count))));
  });

  it("passes a suffix to the thread", async () => {
    const withSuffix = { ...chain(20_000), digest: "md5", start: Buffer.alloc(16), suffix: Buffer.from("password") };
    expect(await hashChain(withSuffix)).toEqual(runHashChain(withSuffix));
  });

  it("ends at once when it is aborted, running or waiting for a thread, and goes on with others", async () => {
    const abort = new AbortController();
    const started = () => hashChain(chain(Number.MAX_SAFE_INTEGER), abort.signal);
    const endless = [started()];
    await hashChain(chain(20_000));
    endless.push(started(), started());
    const after = hashChain(chain(20_000));
    abort.abort(new Error("stop"));
    const results = await Promise.allSettled(endless);
    expect(results.map((result) => result.status === "rejected" && String(result.reason))).toEqual([
      "Error: stop",
      "Error: stop",
      "Error: stop",
    ]);
    expect(await after).toEqual(runHashChain(chain(20_000)));
  });

  it("refuses when it was aborted before", async () => {
    await expect(hashChain(chain(1), AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  });

  it("makes breaks between many short chains", async () => {
    let breaks = 0;
    const timer = setInterval(() => breaks++, 0);
    for (let i = 0; i < 100; i++) await hashChain(chain(5_000));
    clearInterval(timer);
    expect(breaks).toBeGreaterThan(10);
  });
});
