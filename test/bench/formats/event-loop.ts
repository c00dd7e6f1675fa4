import { monitorEventLoopDelay } from "node:perf_hooks";
import { decode, encode } from "../../../src/formats/index.ts";
import type { Row } from "../table.ts";
import type { BenchIdentity } from "./identity.ts";

const password = Buffer.from("changeit");

/** Reads a trust store with as many iterations as the limits allow, and watches the event loop meanwhile. */
export async function eventLoopRows({ bundle }: BenchIdentity): Promise<Row[]> {
  const rows: Row[] = [];
  for (const profile of ["Modern2023", "LegacyDES"] as const) {
    const trusted = { ...bundle, trusted: [bundle.leaf] };
    const iterations = profile === "Modern2023" ? 2_000_000 : 1_600_000;
    const file = await encode(trusted, { format: "PKCS12", content: "Truststore", profile, password, iterations });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const started = performance.now();
    await decode(file, { password });
    delay.disable();
    const [p99, took] = [delay.percentile(99) / 1e6, performance.now() - started];
    rows.push({
      what: `event loop delay p99, ${profile}, ${iterations} iterations`,
      value: `${p99.toFixed(1)} ms`,
      base: `read in ${took.toFixed(0)} ms`,
      goal: "20 ms",
      met: p99 < 20,
    });
  }
  return rows;
}
