import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import packageJson from "../../package.json" with { type: "json" };
import { bundle } from "../../scripts/bundle.ts";
import { type ControlPlane, eventually, type SupervisedProcess } from "../control-plane/index.ts";
import { freePorts } from "../control-plane/ports.ts";

const clockTicks = 100;
const page = 1_048_576;

/** The operator as a pod runs it: bundled, a process of its own, with its own ServiceAccount's rights. */
export class BenchOperator {
  readonly #process: SupervisedProcess;
  readonly #healthPort: number;
  readonly #startedAt = performance.now();

  private constructor(process: SupervisedProcess, healthPort: number) {
    this.#process = process;
    this.#healthPort = healthPort;
  }

  /** @param namespaces those it serves */
  static async start(
    plane: ControlPlane,
    namespaces: readonly string[],
    nodeFlags: readonly string[] = startFlags(),
  ): Promise<BenchOperator> {
    const { folder, server, caPem } = plane.facts;
    const mount = join(folder, "bench-mount");
    const program = join(folder, "bench-operator", "pod.js");
    await mkdir(mount, { recursive: true, mode: 0o700 });
    const token = await plane.tokenFor("certferry-system", "certferry");
    const files = { token, namespace: "certferry-system", "ca.crt": caPem };
    for (const [name, text] of Object.entries(files)) await writeFile(join(mount, name), text, { mode: 0o600 });
    const { hostname, port } = new URL(server);
    const { healthPort, metricsPort } = await freePorts("healthPort", "metricsPort");
    const process = plane.startProcess("bench-operator", "env", [
      `KUBERNETES_SERVICE_HOST=${hostname}`,
      `KUBERNETES_SERVICE_PORT=${port}`,
      `CERTFERRY_BENCH_MOUNT=${mount}`,
      globalThis.process.execPath,
      ...nodeFlags,
      program,
      `--watch-namespaces=${namespaces.join(",")}`,
      `--health-probe-bind-address=127.0.0.1:${healthPort}`,
      `--metrics-bind-address=127.0.0.1:${metricsPort}`,
      "--log-level=warn",
    ]);
    return new BenchOperator(process, healthPort);
  }

  /** Bundles it once, into the folder of the control plane. */
  static async build({ facts }: ControlPlane): Promise<void> {
    await bundle("pod", "test/bench/pod.ts", join(facts.folder, "bench-operator"));
  }

  /** Milliseconds since the process was started. */
  get age(): number {
    return performance.now() - this.#startedAt;
  }

  /** Milliseconds from process start until `/readyz` says yes. */
  ready(): Promise<number> {
    return eventually(
      "the operator to be ready",
      async () => {
        if (!this.#process.running) throw new Error(await this.#process.lastLines(5));
        const { ok } = await fetch(`http://127.0.0.1:${this.#healthPort}/readyz`);
        return ok && this.age;
      },
      { withinMs: 120_000, everyMs: 5 },
    );
  }

  /** Resident memory, MB. */
  rss(): Promise<number> {
    return rssOf(this.#process.pid ?? 0);
  }

  /** Share of one core that it uses over a time, in percent. */
  async cpu(overMs: number): Promise<number> {
    const before = await this.cpuMs();
    await sleep(overMs);
    return ((await this.cpuMs()) - before) / (overMs / 100);
  }

  /** Processor time it has used, milliseconds. */
  async cpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#process.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) / clockTicks) * 1_000;
  }

  /** Rejects when the process ends before `work` has. */
  async while<T>(work: Promise<T>): Promise<T> {
    const ended = this.#process.ended.then(async (why) => {
      throw new Error(`the operator has ended (${why}): ${await this.#process.lastLines(5)}`);
    });
    return Promise.race([work, ended]);
  }

  async stop(): Promise<void> {
    await this.#process.stop("SIGTERM");
  }
}

/** What `npm start` gives Node. */
function startFlags(): readonly string[] {
  const [, ...words] = packageJson.scripts.start.split(" ");
  return words.filter((word) => word.startsWith("--"));
}

/** Resident memory of a process, MB. */
export async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024) / page;
}
