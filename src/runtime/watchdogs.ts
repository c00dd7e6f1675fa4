import { Gauge, type GaugeConfiguration } from "prom-client";
import type { Informer, KubeObject } from "../kube/index.ts";
import type { Controller } from "./controller.ts";
import type { Metrics } from "./metrics.ts";

/** The part of an informer that is watched over. */
export type WatchedInformer = Pick<Informer<KubeObject>, "health"> & { readonly type: { readonly plural: string } };

/** The part of a controller that is watched over. */
export type WatchedController = Pick<Controller, "name" | "underWay">;

/** A reconciliation that takes longer than this hangs. */
const stuckSeconds = 600;

/** Which watches will not come back by themselves. */
export function deadWatches(informers: readonly WatchedInformer[]): string | undefined {
  const dead = informers.filter((informer) => informer.health().some((health) => health.dead));
  return dead.length === 0 ? undefined : `dead: ${dead.map(({ type }) => type.plural).join(", ")}`;
}

/** Which reconciliations hang. While the API server is away they wait for it, which no restart would end. */
export function stuckWorkers(
  controllers: readonly WatchedController[],
  informers: readonly WatchedInformer[],
): string | undefined {
  const away =
    informers.length > 0 && informers.every((informer) => informer.health().every(({ failures }) => failures > 0));
  if (away) return undefined;
  const stuck = controllers.flatMap(({ name, underWay: [oldest] }) =>
    oldest !== undefined && oldest.seconds > stuckSeconds ? [`${name} (${oldest.key})`] : [],
  );
  return stuck.length === 0 ? undefined : `stuck: ${stuck.join(", ")}`;
}

/**
 * Gauges of what has not ended yet, which no histogram can tell: client-go's names for runs, and for each watch the time
 * since the API server last said anything; it sends a bookmark about once a minute.
 */
export function measureUnderWay(
  { registry }: Metrics,
  controllers: readonly WatchedController[],
  informers: readonly WatchedInformer[],
): void {
  const gauge = <Label extends string>(configuration: GaugeConfiguration<Label>): void =>
    registry.registerMetric(new Gauge({ ...configuration, registers: [] }));
  const seconds = ({ underWay }: WatchedController): number[] => underWay.map((run) => run.seconds);
  gauge<"name">({
    name: "workqueue_longest_running_processor_seconds",
    help: "Seconds that the longest reconciliation under way has taken.",
    labelNames: ["name"],
    collect() {
      for (const one of controllers) this.set({ name: one.name }, Math.max(0, ...seconds(one)));
    },
  });
  gauge<"name">({
    name: "workqueue_unfinished_work_seconds",
    help: "Seconds that all reconciliations under way have taken together; many mean that they hang.",
    labelNames: ["name"],
    collect() {
      for (const one of controllers) {
        this.set(
          { name: one.name },
          seconds(one).reduce((sum, time) => sum + time, 0),
        );
      }
    },
  });
  gauge<"resource">({
    name: "certferry_watch_silent_seconds",
    help: "Seconds since the API server last told anything of the kind; above 180 its watch is not alive.",
    labelNames: ["resource"],
    collect() {
      for (const informer of informers) {
        const silent = informer.health().map(({ silentSeconds }) => silentSeconds);
        this.set({ resource: informer.type.plural }, Math.max(0, ...silent));
      }
    },
  });
}
