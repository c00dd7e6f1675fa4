import { describe, expect, it } from "vitest";
import { countRequests, createMetrics, observeQueue } from "./metrics.ts";

describe("the metrics", () => {
  it("have controller-runtime's and client-go's names and labels", async () => {
    const { registry } = createMetrics();
    const names = (await registry.getMetricsAsJSON())
      .map(({ name }) => name)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(names.toSorted()).toEqual([
      "certferry_event_loop_stall_seconds_total",
      "certferry_watch_restarts_total",
      "controller_runtime_active_workers",
      "controller_runtime_max_concurrent_reconciles",
      "controller_runtime_reconcile_errors_total",
      "controller_runtime_reconcile_time_seconds",
      "controller_runtime_reconcile_total",
      "leader_election_master_status",
      "rest_client_request_duration_seconds",
      "rest_client_requests_total",
      "workqueue_adds_total",
      "workqueue_depth",
      "workqueue_queue_duration_seconds",
      "workqueue_retries_total",
      "workqueue_work_duration_seconds",
    ]);
  });

  it("tell of the process", async () => {
    const text = await createMetrics().registry.metrics();
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });

  it("are each registry's own", async () => {
    const one = createMetrics();
    const other = createMetrics();
    one.queueAdds.inc({ name: "imports" });
    expect(await other.registry.getSingleMetricAsString("workqueue_adds_total")).not.toContain("imports");
  });

  it("count requests by code, with a word for those without an answer", async () => {
    const metrics = createMetrics();
    const count = countRequests(metrics);
    count({ method: "GET", resource: "secrets", code: 200, seconds: 0.02 });
    count({ method: "GET", resource: "secrets", code: undefined, seconds: 3 });
    const requests = await metrics.registry.getSingleMetricAsString("rest_client_requests_total");
    expect(requests).toContain('rest_client_requests_total{method="GET",code="200"} 1');
    expect(requests).toContain('rest_client_requests_total{method="GET",code="<error>"} 1');
    expect(await metrics.registry.getSingleMetricAsString("rest_client_request_duration_seconds")).toContain(
      'rest_client_request_duration_seconds_sum{verb="GET"} 3.02',
    );
  });

  it("measure a queue in seconds", async () => {
    const metrics = createMetrics();
    const observer = observeQueue(metrics, "imports");
    observer.taken(1_500);
    observer.ended(250);
    observer.depth(7);
    const text = await metrics.registry.metrics();
    expect(text).toContain('workqueue_queue_duration_seconds_sum{name="imports"} 1.5');
    expect(text).toContain('workqueue_work_duration_seconds_sum{name="imports"} 0.25');
    expect(text).toContain('workqueue_depth{name="imports"} 7');
  });
});
