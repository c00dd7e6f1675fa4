/** The operator as src/main.ts runs it, with the provider `ledger` in its registry. */
import { readFileSync } from "node:fs";
import { parseConfig } from "../../src/config.ts";
import { runOperator } from "../../src/operator.ts";
import { createLogger } from "../../src/runtime/index.ts";
import { setClock } from "./clock.ts";
import type { Identity } from "./process.ts";
import { ledgerProvider } from "./provider.ts";

setClock(Number(process.env["LEDGER_CLOCK_MS"] ?? "0"));

/** Where the API server is, and who we are there: a file, since what loads kubeconfigs takes longer than all the rest. */
const { server, caPem, token } = JSON.parse(readFileSync(process.env["LEDGER_CLUSTER"] ?? "", "utf8")) as Identity;
const cluster = { server, caPem, credentials: { token: () => Promise.resolve(token) } };
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const config = parseConfig(process.argv.slice(2), process.env);
const log = createLogger({ level: config.logLevel });
await runOperator({ config, log, cluster, providers: [ledgerProvider] }, stop.signal);
