import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RequestFacts } from "../kube/index.ts";
import type { QueueObserver } from "./queue.ts";

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The runtime's metrics under controller-runtime's and client-go's names, so that their dashboards and alerts fit. */
export interface Metrics {
  readonly registry: Registry;
  readonly reconciles: Counter<"controller" | "result">;
  readonly reconcileErrors: Counter<"controller">;
  readonly reconcileSeconds: Histogram<"controller">;
  readonly activeWorkers: Gauge<"controller">;
  readonly maxWorkers: Gauge<"controller">;
  readonly queueDepth: Gauge<"name">;
  readonly queueAdds: Counter<"name">;
  readonly queueRetries: Counter<"name">;
  readonly queueWaitSeconds: Histogram<"name">;
  readonly queueWorkSeconds: Histogram<"name">;
  readonly requests: Counter<"code" | "method">;
  readonly requestSeconds: Histogram<"verb">;
  readonly leading: Gauge<"name">;
  readonly watchRestarts: Counter<"resource">;
  readonly eventLoopStall: Counter;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    reconciles: new Counter({
      name: "controller_runtime_reconcile_total",
      help: "Reconciliations by controller and result.",
      labelNames: ["controller", "result"],
      registers,
    }),
    reconcileErrors: new Counter({
      name: "controller_runtime_reconcile_errors_total",
      help: "Reconciliations that failed.",
      labelNames: ["controller"],
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: "controller_runtime_reconcile_time_seconds",
      help: "Time of one reconciliation.",
      labelNames: ["controller"],
      buckets: seconds,
      registers,
    }),
    activeWorkers: new Gauge({
      name: "controller_runtime_active_workers",
      help: "Workers that reconcile right now.",
      labelNames: ["controller"],
      registers,
    }),
    maxWorkers: new Gauge({
      name: "controller_runtime_max_concurrent_reconciles",
      help: "How many reconciliations may run at once.",
      labelNames: ["controller"],
      registers,
    }),
    queueDepth: new Gauge({
      name: "workqueue_depth",
      help: "Keys that wait to be reconciled.",
      labelNames: ["name"],
      registers,
    }),
    queueAdds: new Counter({
      name: "workqueue_adds_total",
      help: "Keys that began to wait.",
      labelNames: ["name"],
      registers,
    }),
    queueRetries: new Counter({
      name: "workqueue_retries_total",
      help: "Keys that are to be worked on again after a failure.",
      labelNames: ["name"],
      registers,
    }),
    queueWaitSeconds: new Histogram({
      name: "workqueue_queue_duration_seconds",
      help: "How long a key waits before it is reconciled.",
      labelNames: ["name"],
      buckets: seconds,
      registers,
    }),
    queueWorkSeconds: new Histogram({
      name: "workqueue_work_duration_seconds",
      help: "How long the work on one key takes.",
      labelNames: ["name"],
      buckets: seconds,
      registers,
    }),
    requests: new Counter({
      name: "rest_client_requests_total",
      help: "Requests to the API server by status code and method.",
      labelNames: ["code", "method"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "rest_client_request_duration_seconds",
      help: "Time of one request to the API server.",
      labelNames: ["verb"],
      buckets: seconds,
      registers,
    }),
    leading: new Gauge({
      name: "leader_election_master_status",
      help: "1 while this process leads.",
      labelNames: ["name"],
      registers,
    }),
    watchRestarts: new Counter({
      name: "certferry_watch_restarts_total",
      help: "Lists and watches that broke and were begun again.",
      labelNames: ["resource"],
      registers,
    }),
    eventLoopStall: new Counter({
      name: "certferry_event_loop_stall_seconds_total",
      help: "Seconds for which the event loop stood still for a second or longer.",
      registers,
    }),
  };
}

/** Counts what happens in the queue of this name. */
export function observeQueue(metrics: Metrics, name: string): QueueObserver {
  return {
    added: () => metrics.queueAdds.inc({ name }),
    depth: (waiting) => metrics.queueDepth.set({ name }, waiting),
    taken: (waitedMs) => metrics.queueWaitSeconds.observe({ name }, waitedMs / 1000),
    ended: (workedMs) => metrics.queueWorkSeconds.observe({ name }, workedMs / 1000),
    retried: () => metrics.queueRetries.inc({ name }),
  };
}

/** For `ConnectOptions.onRequest`. */
export function countRequests({ requests, requestSeconds }: Metrics): (facts: RequestFacts) => void {
  return ({ method, code, seconds }) => {
    requests.inc({ method, code: code === undefined ? "<error>" : String(code) });
    requestSeconds.observe({ verb: method }, seconds);
  };
}
