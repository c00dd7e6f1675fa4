import { ConfigError, parseConfig, usage } from "./config.ts";
import { runOperator } from "./operator.ts";
import { createLogger, type Logger } from "./runtime/index.ts";

/** A pod is killed 30 s after its SIGTERM; whoever reads the log should know before why. */
const longestStopMs = 29_000;

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(usage());
} else {
  // Nothing may linger: others may lead by now.
  process.exit(await main());
}

/**
 * Exit codes: 0 stopped as asked; 1 could not run, lost the lease, failed, or had to stop at once (a second signal, or the
 * first was not obeyed in time); 2 wrong usage.
 */
async function main(): Promise<number> {
  try {
    const config = parseConfig(args, process.env);
    const log = createLogger({ level: config.logLevel });
    process.on("uncaughtException", (error) => end(log, "a defect: nothing has caught this error", error));
    const stop = stopSignal(log);
    log.info({ node: process.version }, "starting");
    try {
      await runOperator({ config, log }, stop);
      return 0;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      log.error({ err: error }, "the operator ends");
      return 1;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`certferry: ${error.message}\n`);
    return 2;
  }
}

/** Aborted by SIGTERM or SIGINT. A second one does not wait for anything. */
function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  const obey = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) end(log, `a second signal, ${signal}: nothing is waited for`);
    log.info({ signal }, "stopping");
    setTimeout(() => end(log, `not all has ended ${longestStopMs / 1000} s after ${signal}`), longestStopMs).unref();
    stop.abort();
  };
  process.on("SIGTERM", obey).on("SIGINT", obey);
  return stop.signal;
}

function end(log: Logger, why: string, error?: unknown): never {
  log.error(error === undefined ? {} : { err: error }, why);
  process.exit(1);
}
