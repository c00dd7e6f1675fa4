import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { within } from "./within.ts";

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

describe("within", () => {
  afterEach(() => vi.useRealTimers());

  it("ends work that takes too long with a TimeoutError", async () => {
    vi.useFakeTimers();
    const ended = expect(within(5_000, new AbortController().signal, untilAborted)).rejects.toMatchObject({
      name: "TimeoutError",
      message: "no end within 5 s",
    });
    await vi.advanceTimersByTimeAsync(5_000);
    await ended;
  });

  it("passes on why the caller gave up, even before", async () => {
    const caller = new AbortController();
    const ended = within(5_000, caller.signal, untilAborted);
    caller.abort("stopped");
    await expect(ended).rejects.toBe("stopped");
    await expect(within(5_000, caller.signal, async ({ reason }) => reason)).resolves.toBe("stopped");
  });

  it("leaves no timer and no listener behind", async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    await within(5_000, signal, async () => "done");
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
