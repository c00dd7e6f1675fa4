import { ConfigError, parseConfig, usage } from "./config.ts";
import { runOperator } from "./operator.ts";
import { createLogger, LeadershipLost } from "./runtime/index.ts";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(usage());
} else {
  process.exitCode = await main();
}

/** Exit codes: 0 stopped as asked, 1 could not run or lost the lease, 2 wrong usage. */
async function main(): Promise<number> {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  try {
    const config = parseConfig(args, process.env);
    const log = createLogger({ level: config.logLevel });
    log.info({ node: process.version }, "starting");
    try {
      await runOperator({ config, log }, stop.signal);
      return 0;
    } catch (error) {
      if (stop.signal.aborted) return 0;
      log.error({ err: error }, "the operator ends");
      // Others may lead by now: nothing may linger.
      if (error instanceof LeadershipLost) process.exit(1);
      return 1;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`certferry: ${error.message}\n`);
    return 2;
  }
}
