import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { storeKey } from "../../resolve/index.ts";
import type { Subject, Target } from "./subject.ts";

const labels = ["kind", "namespace", "name"] as const;

/** The `certferry_*` metrics of deliveries. Expiry is seconds since the epoch, as in cert-manager. */
export class DeliveryMetrics {
  readonly #deliveries: Counter<"provider" | "store" | "result">;
  readonly #seconds: Histogram<"provider">;
  readonly #source: Gauge<(typeof labels)[number]>;
  readonly #placed: Gauge<(typeof labels)[number] | "target">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#deliveries = new Counter({
      name: "certferry_deliveries_total",
      help: "Ended deliveries that wrote or failed, by store and result.",
      labelNames: ["provider", "store", "result"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "certferry_delivery_duration_seconds",
      help: "Time from the start of a run that wrote to its end; where a job did, from its submission to when it was seen to have ended.",
      labelNames: ["provider"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400],
      registers,
    });
    this.#source = new Gauge({
      name: "certferry_source_expiration_timestamp_seconds",
      help: "When the certificate in the source expires.",
      labelNames: [...labels],
      registers,
    });
    this.#placed = new Gauge({
      name: "certferry_placed_expiration_timestamp_seconds",
      help: "When the certificate in a place expires.",
      labelNames: [...labels, "target"],
      registers,
    });
  }

  /** A run that wrote or failed. */
  delivery(subject: Subject, target: Target, result: "delivered" | "failed" | "blocked", seconds: number): void {
    const store = storeKey(subject.namespace, target.storeRef);
    this.#deliveries.inc({ provider: target.provider, store, result });
    if (result === "delivered") this.#seconds.observe({ provider: target.provider }, seconds);
  }

  expiry(subject: Subject, target: string, source: Date | undefined, placed: string | undefined): void {
    const { kind, namespace, name } = subject;
    if (source !== undefined) this.#source.set({ kind, namespace, name }, source.getTime() / 1000);
    if (placed !== undefined) this.#placed.set({ kind, namespace, name, target }, Date.parse(placed) / 1000);
  }

  /** Drops the series of a target that is gone. */
  forgetTarget(kind: string, namespace: string, name: string, target: string): void {
    this.#placed.remove({ kind, namespace, name, target });
  }

  /** Drops the series of an object that is gone; those of its targets are dropped by name. */
  forget(kind: string, namespace: string, name: string): void {
    this.#source.remove({ kind, namespace, name });
  }
}
