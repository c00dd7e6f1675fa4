/**
 * The operator as it runs in a pod, but for the folder that its service account is mounted in: `CERTFERRY_BENCH_MOUNT`. A
 * kubeconfig would load what no pod loads.
 */
import { parseConfig } from "../../src/config.ts";
import { loadInClusterConfig } from "../../src/kube/index.ts";
import { runOperator } from "../../src/operator.ts";
import { createLogger } from "../../src/runtime/index.ts";

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const config = parseConfig(process.argv.slice(2), process.env);
const cluster = await loadInClusterConfig({ directory: process.env["CERTFERRY_BENCH_MOUNT"] ?? "" });
await runOperator({ config, log: createLogger({ level: config.logLevel }), cluster }, stop.signal);
