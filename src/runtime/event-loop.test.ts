import { describe, expect, it } from "vitest";
import { watchEventLoop } from "./event-loop.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { ManualClock } from "./testing/manual-clock.ts";

describe("a stuck event loop", () => {
  it("is told as soon as the loop goes on: in the log, and as a metric that outlasts a scrape", async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const log = createLogger({ level: "warn", destination: { write: (line) => lines.push(line) } });
    const metrics = createMetrics();
    const stop = new AbortController();
    const watching = watchEventLoop(log, metrics, stop.signal, clock);
    await clock.advance(60_000);
    clock.stall(1_900);
    await clock.advance(0);
    expect(lines).toEqual([]);
    clock.stall(8_000);
    await clock.advance(0);
    expect(JSON.parse(lines.join(""))).toMatchObject({ level: "warn", seconds: 7 });
    expect(await metrics.registry.getSingleMetricAsString("certferry_event_loop_stall_seconds_total")).toContain(
      "certferry_event_loop_stall_seconds_total 7",
    );
    stop.abort();
    await watching;
  });
});
