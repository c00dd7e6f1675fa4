import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

it("gives what the work comes to, or the reason of the signal that comes first", async () => {
  expect(await unlessAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
  const stop = new AbortController();
  const waiting = unlessAborted(new Promise(() => {}), stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
});

it("leaves no failure unheard that comes when nobody waits any more: that would end the process", async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.prependListener("unhandledRejection", hear);
  const work = Promise.withResolvers<never>();
  await expect(unlessAborted(work.promise, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  work.reject(new Error("fails afterwards"));
  await setImmediate();
  process.off("unhandledRejection", hear);
  expect(unheard).toEqual([]);
});
