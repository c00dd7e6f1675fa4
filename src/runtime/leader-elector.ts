import { apiVersionOf, isKubeError, type KubeClient, Lease } from "../kube/index.ts";
import { aborted } from "./aborted.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import {
  defaultDurations,
  freeAt,
  held,
  type LeaseDurations,
  mayHold,
  released,
  sight,
  type Sighting,
} from "./lease-state.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

export interface LeaderElectorOptions {
  readonly client: Pick<KubeClient, "get" | "create" | "replace">;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this process; unique. */
  readonly identity: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly durations?: LeaseDurations;
}

/** This process led and may not go on: another one may write by now. It must exit at once. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";
}

const releaseMs = 3_000;

/**
 * Leader election on a Lease. All judgement of time is by the local monotonic clock. The lease is a first check only: what
 * keeps two leaders from writing twice is the compare-and-set on each record.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #durations: LeaseDurations;
  #seen: Sighting | undefined;
  /** From the acquisition of the lease to its release; for ever when it was lost. */
  #led = false;
  /** Whether the last look led to a write: then we may be the holder, even if its answer was not waited for. */
  #asked = false;
  /** When the request began that last renewed the lease. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#durations = options.durations ?? defaultDurations;
    options.metrics.leading.set({ name: options.name }, 0);
  }

  /** True while the lease is surely ours. */
  holds(): boolean {
    return this.#left() > 0;
  }

  /** For liveness: a process that has lost its lease ends by itself, unless something in it hangs. */
  check(): string | undefined {
    return this.#led && !this.holds() ? "the lease is lost, and this process has not ended" : undefined;
  }

  /**
   * Waits for the lease and leads until `lead` has ended, which is to end soon after `signal` is aborted; then gives the
   * lease back. When the lease is lost, aborts `lost` and rejects with `LeadershipLost` at once, without waiting for
   * `lead`. Rejects as `lead` does.
   */
  async run(signal: AbortSignal, lead: (lost: AbortSignal) => Promise<void>): Promise<void> {
    const { log, metrics, name, identity } = this.#options;
    if (!(await this.#acquire(signal))) {
      if (this.#asked) await this.#release();
      return;
    }
    log.info({ lease: name, identity }, "leading");
    metrics.leading.set({ name }, 1);
    this.#led = true;
    const lost = new AbortController();
    const ended = new AbortController();
    const renewing = this.#renew(ended.signal, lost);
    try {
      await Promise.race([lead(lost.signal), aborted(lost.signal)]);
    } catch (error) {
      if (!lost.signal.aborted) throw error;
    } finally {
      ended.abort();
      await renewing;
      metrics.leading.set({ name }, 0);
      if (!lost.signal.aborted) await this.#release();
    }
    lost.signal.throwIfAborted();
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      // What took longer would leave no time to renew it. A process that stood still meanwhile may be told too late.
      const outcome = await this.#attempt(signal, this.#durations.renewMs / 2);
      if (outcome === "Held" && this.holds()) return true;
      await sleep(this.#clock, this.#untilNextLook(outcome), signal);
    }
    return false;
  }

  /** Of a standby, in milliseconds: it looks again at the very time at which the lease that it saw may be taken. */
  #untilNextLook(outcome: "Held" | "Taken" | "Failed"): number {
    const retry = this.#durations.retryMs * (1 + 0.2 * this.#clock.random());
    if (outcome !== "Taken" || this.#seen === undefined) return retry;
    return Math.min(retry, freeAt(this.#seen, this.#durations) - this.#clock.now());
  }

  /** Until `ended` is aborted, or the lease is lost: another one holds it, or it could not be renewed in time. */
  async #renew(ended: AbortSignal, lost: AbortController): Promise<void> {
    for (;;) {
      await sleep(this.#clock, Math.min(this.#durations.retryMs, this.#left()), ended);
      if (ended.aborted) return;
      const outcome = this.holds() ? await this.#attempt(ended, this.#left()) : "Failed";
      if (outcome !== "Taken" && (ended.aborted || this.holds())) continue;
      this.#renewedAt = Number.NEGATIVE_INFINITY;
      this.#options.log.error({ lease: this.#options.name, outcome }, "the lease is lost; this process ends");
      lost.abort(new LeadershipLost("the lease was lost; another replica may lead by now"));
      return;
    }
  }

  /** Milliseconds for which the lease is surely ours. */
  #left(): number {
    return this.#renewedAt + this.#durations.renewMs - this.#clock.now();
  }

  /** One look at the lease, and one write where we may hold it. `Taken`: another one holds it. */
  async #attempt(signal: AbortSignal, limitMs: number): Promise<"Held" | "Taken" | "Failed"> {
    const { log, name } = this.#options;
    const asked = this.#clock.now();
    const late = new AbortController();
    const cancel = this.#clock.after(limitMs, () => late.abort(new Error("the API server did not answer in time")));
    try {
      if (!(await this.#lookAndWrite(AbortSignal.any([signal, late.signal])))) return "Taken";
      this.#renewedAt = asked;
      return "Held";
    } catch (error) {
      if (!signal.aborted && !isKubeError(error, "Conflict", "AlreadyExists")) {
        log.warn({ err: error, lease: name }, "the lease could not be read or written");
      }
      return "Failed";
    } finally {
      cancel();
    }
  }

  async #lookAndWrite(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity } = this.#options;
    const lease = await this.#read(signal);
    const date = new Date();
    this.#asked = lease === undefined;
    if (lease === undefined) {
      const none = { apiVersion: apiVersionOf(Lease), kind: Lease.kind, metadata: { name, namespace } };
      await client.create(Lease, held(none, identity, date, this.#durations), { namespace, signal });
      return true;
    }
    this.#seen = sight(this.#seen, lease, this.#clock.now());
    if (!mayHold(this.#seen, identity, this.#clock.now(), this.#durations)) return false;
    this.#asked = true;
    await client.replace(Lease, held(lease, identity, date, this.#durations), { signal });
    return true;
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return await client.get(Lease, { namespace, name }, { signal });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #release(): Promise<void> {
    const { client, log, name, identity } = this.#options;
    this.#led = false;
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    const signal = AbortSignal.timeout(releaseMs);
    try {
      // Read anew: a renewal that was cut short may have been written.
      const lease = await this.#read(signal);
      if (lease?.spec?.holderIdentity !== identity) return;
      await client.replace(Lease, released(lease, new Date()), { signal });
      log.info({ lease: name }, "the lease is released");
    } catch (error) {
      log.warn({ err: error, lease: name }, "the lease could not be released; it runs out by itself");
    }
  }
}
