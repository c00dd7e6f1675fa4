import { setTimeout as sleep } from "node:timers/promises";
import { isKubeError, type KubeClient, Lease } from "../kube/index.ts";
import { defaultDurations, held, type LeaseDurations, mayHold, released, sight, type Sighting } from "./lease-state.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this process; unique. */
  readonly identity: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly durations?: LeaseDurations;
}

/** This process led and may not go on: another one may write by now. It must exit at once. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";
}

/**
 * Leader election on a Lease. All judgement of time is by the local monotonic clock. The lease is a first check only: what
 * keeps two leaders from writing twice is the compare-and-set on each record.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #durations: LeaseDurations;
  #sighting: Sighting | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#durations = options.durations ?? defaultDurations;
    options.metrics.leading.set({ name: options.name }, 0);
  }

  /** True while the lease is surely ours. */
  holds(): boolean {
    return performance.now() < this.#renewedAt + this.#durations.renewMs;
  }

  /**
   * Waits for the lease, then leads until `signal` is aborted and `lead` has ended, then gives the lease back. `lost` of
   * `lead` is aborted when the lease is lost. Rejects with `LeadershipLost` then.
   */
  async run(signal: AbortSignal, lead: (lost: AbortSignal) => Promise<void>): Promise<void> {
    const { log, metrics, name, identity } = this.#options;
    if (!(await this.#acquire(signal))) return;
    log.info({ lease: name, identity }, "leading");
    metrics.leading.set({ name }, 1);
    const lost = new AbortController();
    const ended = new AbortController();
    const renewing = this.#renew(ended.signal, lost);
    try {
      await lead(lost.signal);
    } finally {
      ended.abort();
      await renewing;
      metrics.leading.set({ name }, 0);
    }
    if (lost.signal.aborted) throw new LeadershipLost("the lease was lost; another replica may lead by now");
    await this.#release();
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try(signal)) return true;
      const wait = this.#durations.retryMs * (1 + 0.2 * Math.random());
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
    return false;
  }

  async #renew(ended: AbortSignal, lost: AbortController): Promise<void> {
    while (!ended.aborted) {
      await sleep(this.#durations.retryMs, undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) return;
      const left = this.#renewedAt + this.#durations.renewMs - performance.now();
      const timely = AbortSignal.any([ended, AbortSignal.timeout(Math.max(1, Math.ceil(left)))]);
      const kept = await this.#try(timely);
      const stolen = !kept && !this.#mine();
      if (ended.aborted || kept || (this.holds() && !stolen)) continue;
      this.#renewedAt = Number.NEGATIVE_INFINITY;
      this.#options.log.error({ lease: this.#options.name, stolen }, "the lease is lost; this process ends");
      lost.abort(new LeadershipLost("the lease is lost"));
      return;
    }
  }

  #mine(): boolean {
    return this.#sighting?.lease.spec?.holderIdentity === this.#options.identity;
  }

  /** One look at the lease, and one write where we may hold it. False when another one holds it or the server fails. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity, log } = this.#options;
    const asked = performance.now();
    try {
      const lease = await this.#read(signal);
      if (lease === undefined) {
        const fresh = held(
          { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace } },
          identity,
          new Date(),
          this.#durations,
        );
        this.#sighting = sight(undefined, await client.create(Lease, fresh, { namespace, signal }), performance.now());
      } else {
        this.#sighting = sight(this.#sighting, lease, performance.now());
        if (!mayHold(this.#sighting, identity, performance.now(), this.#durations)) return false;
        const written = await client.replace(Lease, held(lease, identity, new Date(), this.#durations), { signal });
        this.#sighting = sight(this.#sighting, written, performance.now());
      }
      this.#renewedAt = asked;
      return true;
    } catch (error) {
      if (!signal.aborted && !isKubeError(error, "Conflict", "AlreadyExists")) {
        log.warn({ err: error, lease: name }, "the lease could not be read or written");
      }
      return false;
    }
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
    const { client, log, name } = this.#options;
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    if (this.#sighting === undefined || !this.#mine()) return;
    try {
      await client.replace(Lease, released(this.#sighting.lease, new Date()), { signal: AbortSignal.timeout(5_000) });
      log.info({ lease: name }, "the lease is released");
    } catch (error) {
      log.warn({ err: error, lease: name }, "the lease could not be released; it runs out by itself");
    }
  }
}
