import { getEventListeners, once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { within } from "./within.ts";

/** What the signal says once it is aborted. */
async function reasonOf(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await once(signal, "abort");
  return signal.reason;
}

describe("within", () => {
  afterEach(() => vi.useRealTimers());

  it("tells work that takes too long with a TimeoutError", async () => {
    vi.useFakeTimers();
    const reason = within(5_000, new AbortController().signal, reasonOf);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await reason).toMatchObject({ name: "TimeoutError", message: "no end within 5 s" });
  });

  it("passes on why the caller gave up, even before", async () => {
    const caller = new AbortController();
    const reason = within(5_000, caller.signal, reasonOf);
    caller.abort("stopped");
    expect(await reason).toBe("stopped");
    expect(await within(5_000, caller.signal, reasonOf)).toBe("stopped");
  });

  it("leaves no timer and no listener behind", async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    await within(5_000, signal, async () => "done");
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
