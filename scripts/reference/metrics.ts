import { DeliveryMetrics } from "../../src/controllers/delivery/metrics.ts";
import { createMetrics } from "../../src/runtime/index.ts";
import { measureUnderWay } from "../../src/runtime/watchdogs.ts";
import { table } from "./table.ts";

/** `docs/reference/metrics.md`: every series of ours; those of Node itself are prom-client's. */
export function metricReference(): string {
  const metrics = createMetrics();
  measureUnderWay(metrics, [], []);
  // They register themselves.
  void new DeliveryMetrics(metrics.registry);
  const rows = metrics.registry
    .getMetricsAsArray()
    .map(factsOf)
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(" "),
      help,
    ]);
  return `# Metrics

Made from the code by \`npm run generate\`. Served at \`/metrics\` of \`--metrics-bind-address\`, with \`process_*\` and \`nodejs_*\` of
prom-client. Names of controller-runtime and client-go are theirs, so that their dashboards and alerts fit.

${table(["name", "type", "labels", "meaning"], rows)}`;
}

interface Facts {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** prom-client has these on every metric, and types that tell another story. */
function factsOf(metric: unknown): Facts {
  const { name, type, labelNames, help } = metric as Facts & { readonly labelNames: readonly string[] };
  return { name, type, labels: labelNames, help };
}
