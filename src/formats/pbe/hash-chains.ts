import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type HashChain, runHashChain } from "./hash-chain.ts";

/** Up to here, some milliseconds of work, a chain is not worth a thread. */
const inlineSteps = 10_000;
const mostThreads = 2;
const threadUrl = new URL(
  import.meta.url.endsWith(".ts") ? "hash-chain-thread.ts" : "hash-chain-thread.js",
  import.meta.url,
);

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let busy = 0;
let stepsInARow = 0;

/**
 * Runs a chain without holding up the event loop: a long one in a thread, short ones here with breaks between them. Throws the
 * signal's reason once it is aborted; the thread ends then.
 */
export async function hashChain(chain: HashChain, signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  if (chain.count > inlineSteps) return inThread(chain, signal);
  stepsInARow += chain.count;
  if (stepsInARow > inlineSteps) {
    stepsInARow = 0;
    await setImmediate();
  }
  return runHashChain(chain);
}

async function inThread(chain: HashChain, signal: AbortSignal | undefined): Promise<Buffer> {
  await slot(signal);
  const worker = idle.pop() ?? new Worker(threadUrl);
  worker.ref();
  try {
    const digest = await answer(worker, chain, signal);
    worker.unref();
    idle.push(worker);
    return digest;
  } catch (error) {
    await worker.terminate();
    throw error;
  } finally {
    release();
  }
}

async function slot(signal: AbortSignal | undefined): Promise<void> {
  if (busy < mostThreads) {
    busy++;
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => {
    const at = waiting.indexOf(resolve);
    if (at < 0) return;
    waiting.splice(at, 1);
    reject(signal?.reason as Error);
  };
  waiting.push(resolve);
  signal?.addEventListener("abort", abort, { once: true });
  await promise.finally(() => signal?.removeEventListener("abort", abort));
}

/** Hands the slot to the next who waits. */
function release(): void {
  const next = waiting.shift();
  if (next === undefined) busy--;
  else next();
}

async function answer(worker: Worker, chain: HashChain, signal: AbortSignal | undefined): Promise<Buffer> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const done = (digest: Uint8Array): void => resolve(Buffer.from(digest));
  const abort = (): void => reject(signal?.reason as Error);
  const exit = (code: number): void => reject(new Error(`the thread for key derivation ended with ${code}`));
  worker.once("message", done).once("error", reject).once("exit", exit);
  signal?.addEventListener("abort", abort, { once: true });
  worker.postMessage(chain, []);
  return promise.finally(() => {
    worker.off("message", done).off("error", reject).off("exit", exit);
    signal?.removeEventListener("abort", abort);
  });
}
