import { afterEach, expect, it, vi } from "vitest";
import { ConfigMap } from "./resources.ts";
import type { Transport } from "./transport.ts";
import { watch } from "./watch.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("a watch that outlives its time by 30 s is ended as dead", async () => {
  vi.useFakeTimers();
  const transport: Pick<Transport, "stream"> = {
    stream: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("cut")), { once: true });
      }),
  };
  const { signal } = new AbortController();
  const next = watch(transport, ConfigMap, { resourceVersion: "1", timeoutSeconds: 300, signal }, "application/json")
    .next()
    .catch((error: unknown) => error);
  let ended = false;
  void next.then(() => (ended = true));
  await vi.advanceTimersByTimeAsync(329_999);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await next).toMatchObject({ reason: "Timeout", message: "the watch of configmaps outlived its time" });
});
