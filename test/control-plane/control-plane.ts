import { cp, rm } from "node:fs/promises";
import { Namespace, ServiceAccount } from "../../src/kube/index.ts";
import { ClusterAccess, type ControlPlaneFacts } from "./access.ts";
import { type Binaries, findControllerManager } from "./binaries.ts";
import { apiServerFlags, controllerManagerFlags, etcdData, etcdFlags, type Ports } from "./flags.ts";
import type { BuildOptions } from "./go-build.ts";
import type { Supervised, SupervisedProcess } from "./supervised.ts";
import { eventually } from "./wait.ts";

const readyMs = 60_000;
const probeMs = 5_000;

export interface ControlPlaneParts {
  readonly facts: ControlPlaneFacts;
  readonly supervised: Supervised;
  readonly binaries: Binaries;
  readonly ports: Ports;
  readonly building: BuildOptions;
}

/** A control plane that this process started and ends. Made by `startControlPlane`. */
export class ControlPlane extends ClusterAccess {
  readonly #parts: ControlPlaneParts;
  #etcd: SupervisedProcess | undefined;
  #apiServer: SupervisedProcess | undefined;

  constructor(parts: ControlPlaneParts) {
    super(parts.facts);
    this.#parts = parts;
  }

  /** Process ids: those of the supervisor and of the API server. */
  get pids(): { supervisor: number | undefined; apiServer: number | undefined } {
    return { supervisor: this.#parts.supervised.pid, apiServer: this.#apiServer?.pid };
  }

  /** Starts the API server on its own port, over the data that is there, and waits until it is ready. */
  async startApiServer(): Promise<void> {
    const { facts, binaries, ports, supervised } = this.#parts;
    const started = supervised.start("kube-apiserver", binaries["kube-apiserver"], apiServerFlags(facts.folder, ports));
    this.#apiServer = started;
    await this.#ready(started, async () => {
      await this.client.getPath("/readyz", { signal: AbortSignal.timeout(probeMs) });
      for (const name of ["kube-system", "default"]) {
        await this.client.get(Namespace, { name }, { signal: AbortSignal.timeout(probeMs) });
      }
    });
  }

  /** Ends the API server: at once, unless another signal is given. Its data stay. */
  async stopApiServer(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.#apiServer?.stop(signal);
  }

  /** Starts etcd over the data that are there. */
  startEtcd(): SupervisedProcess {
    const { facts, binaries, ports, supervised } = this.#parts;
    this.#etcd = supervised.start("etcd", binaries.etcd, etcdFlags(facts.folder, ports));
    return this.#etcd;
  }

  /** Copies etcd's data, while it and the API server stand still, to be restored once. */
  backUp(): Promise<void> {
    return this.#withoutEtcd((data, backup) => cp(data, backup, { recursive: true }));
  }

  /** Brings etcd back to the backup: to revisions older than clients know. */
  restore(): Promise<void> {
    return this.#withoutEtcd(async (data, backup) => {
      await rm(data, { recursive: true });
      await cp(backup, data, { recursive: true });
    });
  }

  /** What finishes deletions of namespaces and collects garbage. Resolves when it works. */
  async startControllerManager(): Promise<void> {
    const { facts, supervised, building } = this.#parts;
    const program = await findControllerManager(building);
    const started = supervised.start("kube-controller-manager", program, controllerManagerFlags(facts.folder));
    await this.#ready(started, async () => {
      // Which it makes in every namespace.
      const account = { namespace: "default", name: "default" };
      return this.client.get(ServiceAccount, account, { signal: AbortSignal.timeout(probeMs) });
    });
  }

  /** Starts a process that ends with this control plane, or with us. Its log is in the folder, under its name. */
  startProcess(name: string, program: string, args: readonly string[]): SupervisedProcess {
    return this.#parts.supervised.start(name, program, args);
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    await this.close();
    await this.#parts.supervised.close();
  }

  async #withoutEtcd(work: (data: string, backup: string) => Promise<void>): Promise<void> {
    await this.stopApiServer();
    await this.#etcd?.stop("SIGTERM");
    const data = etcdData(this.facts.folder);
    await work(data, `${data}-backup`);
    this.startEtcd();
    await this.startApiServer();
  }

  async #ready(started: SupervisedProcess, look: () => Promise<unknown>): Promise<void> {
    try {
      const outcome = await eventually(
        `${started.name} to be ready`,
        async () => (started.running ? look().then(() => "ready") : started.ended),
        { withinMs: readyMs },
      );
      if (outcome !== "ready") throw new Error(`${started.name} ended: ${outcome}`);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${what}\n${await started.lastLines(15)}`, { cause: error });
    }
  }
}
