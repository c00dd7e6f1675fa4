import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../scripts/bundle.ts";

/** Where the API server is, and who the operator is there. */
export interface Identity {
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}

/** The operator with the ledger's provider, built once, so that it starts as fast as the one that ships. */
export class OperatorProgram {
  readonly #main: string;
  readonly #cluster: string;

  private constructor(main: string, cluster: string) {
    this.#main = main;
    this.#cluster = cluster;
  }

  /** @param folder gets a folder with the program; whoever made it removes it */
  static async build(folder: string, identity: Identity): Promise<OperatorProgram> {
    const outdir = await mkdtemp(join(folder, "ledger-operator-"));
    await bundle("operator", "test/ledger/operator.ts", outdir);
    const cluster = join(outdir, "cluster.json");
    await writeFile(cluster, JSON.stringify(identity), { mode: 0o600 });
    return new OperatorProgram(join(outdir, "operator.js"), cluster);
  }

  /** @param clockMs how far its clock is ahead of the machine's, in milliseconds */
  start(flags: readonly string[], clockMs = 0): OperatorProcess {
    const env = { ...process.env, LEDGER_CLUSTER: this.#cluster, LEDGER_CLOCK_MS: String(clockMs) };
    return new OperatorProcess(
      spawn(process.execPath, [this.#main, ...flags], { env, stdio: ["ignore", "pipe", "pipe"] }),
    );
  }
}

/** An operator as a process of its own, which can be killed. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #log: string[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "close");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.#log.push(text));
    }
  }

  get log(): string {
    return this.#log.join("");
  }

  /** Resolves when it works, or has ended. */
  async working(): Promise<void> {
    const works = new Promise<void>((resolve) => {
      this.#child.stdout?.on("data", () => {
        if (this.log.includes("the caches are filled")) resolve();
      });
    });
    await Promise.race([works, this.#ended]);
  }

  /** SIGKILL. Resolves when it is gone; rejects when it had ended by itself. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
    if (this.#child.signalCode !== "SIGKILL") throw new Error(`the operator had ended by itself:\n${this.log}`);
  }
}
