import { Writable } from "node:stream";
import { parseConfig } from "../../src/config.ts";
import { runOperator } from "../../src/operator.ts";
import { createLogger } from "../../src/runtime/index.ts";
import type { ClusterAccess } from "../control-plane/index.ts";
import { byDay } from "./clock.ts";

/** How it differs from that of a reader: it listens nowhere, is alone, and its clusters are on this machine. */
const here = ["--deny-egress=", "--metrics-bind-address=0", "--health-probe-bind-address=0", "--leader-elect=false"];

/** The operator that a reader runs, in this process, with the rights that deploy/ gives it. */
export class ReadersOperator {
  readonly #plane: ClusterAccess;
  readonly #flags: readonly string[];
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #log: string[] = [];

  /** @param flags where the servers of the pages are */
  constructor(plane: ClusterAccess, flags: readonly string[]) {
    this.#plane = plane;
    this.#flags = flags;
  }

  /** What it has logged since it was started. */
  get log(): string {
    return this.#log.join("");
  }

  async start(flags: readonly string[]): Promise<void> {
    await this.stop();
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) });
    this.#log = lines;
    this.#stopping = new AbortController();
    const config = parseConfig([...flags, ...here, ...this.#flags], {});
    const log = createLogger({ level: config.logLevel, destination });
    const cluster = this.#plane.configFor("certferry-system", "certferry");
    const serving = Promise.withResolvers<void>();
    const onServing = (): void => serving.resolve();
    this.#running = runOperator(
      { config, log, cluster, onServing, now: () => byDay(new Date()) },
      this.#stopping.signal,
    );
    await Promise.race([serving.promise, this.#running]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
