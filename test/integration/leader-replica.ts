import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../scripts/bundle.ts";
import { Lease } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, type SupervisedProcess } from "../control-plane/index.ts";
import { keepTold } from "../leaks/material.ts";

/** By the control plane in whose folder it is. */
const programs = new WeakMap<ControlPlane, Promise<string>>();

/** The program that ships, which starts faster than its sources; a machine that is busy with several feels it. */
function programOf(plane: ControlPlane): Promise<string> {
  const build = async (): Promise<string> => {
    const folder = await mkdtemp(join(plane.facts.folder, "operator-"));
    await bundle("certferry", "src/main.ts", folder);
    return join(folder, "certferry.js");
  };
  const program = programs.get(plane) ?? build();
  programs.set(plane, program);
  return program;
}

/** Of each control plane, for the search for leaks. */
const started = new WeakMap<ControlPlane, SupervisedProcess[]>();

/** Keeps what all replicas of a control plane have told, for the search for leaks. To be called before it stops. */
export async function keepLogs(plane: ControlPlane): Promise<void> {
  for (const { logFile } of started.get(plane) ?? []) keepTold("log", await readFile(logFile, "utf8"));
}

/** Of several processes that start on a busy machine. */
export const startMs = 60_000;

export interface ReplicaOptions {
  /** Text of a module that runs before the operator. */
  readonly preload?: string | undefined;
  /** Path; by default it goes to the API server itself. */
  readonly kubeconfig?: string;
  readonly flags?: readonly string[];
  readonly healthPort?: number;
  readonly metricsPort?: number;
}

/** One replica of the operator: the bundled program as a process, with a ServiceAccount of its own, so that the audit log names it. */
export class Replica {
  readonly name: string;
  readonly user: string;
  readonly #run: number;
  readonly #start: (run: number) => SupervisedProcess;
  readonly #process: SupervisedProcess;

  private constructor(name: string, user: string, start: (run: number) => SupervisedProcess, run = 1) {
    this.name = name;
    this.user = user;
    this.#run = run;
    this.#start = start;
    this.#process = start(run);
  }

  /**
   * `name` is its ServiceAccount in `home`, which is the operator's own namespace and the one it serves.
   */
  static async start(plane: ControlPlane, home: string, name: string, options: ReplicaOptions = {}): Promise<Replica> {
    const {
      preload,
      kubeconfig = await plane.kubeconfigFor(home, name),
      flags = [],
      healthPort,
      metricsPort,
    } = options;
    const early = preload === undefined ? [] : ["--import", `data:text/javascript,${encodeURIComponent(preload)}`];
    const args = [
      ...early,
      await programOf(plane),
      `--kubeconfig=${kubeconfig}`,
      `--namespace=${home}`,
      `--watch-namespaces=${home}`,
      `--owner-id=${home}`,
      `--metrics-bind-address=${metricsPort === undefined ? "0" : `127.0.0.1:${metricsPort}`}`,
      `--health-probe-bind-address=${healthPort === undefined ? "0" : `127.0.0.1:${healthPort}`}`,
      ...flags,
    ];
    const start = (run: number): SupervisedProcess => {
      const replica = plane.startProcess(`${home}-${name}-${run}`, process.execPath, args);
      started.set(plane, [...(started.get(plane) ?? []), replica]);
      return replica;
    };
    return new Replica(name, `system:serviceaccount:${home}:${name}`, start);
  }

  /** The same once more, after it has ended: as the kubelet starts a container again. */
  again(): Replica {
    return new Replica(this.name, this.user, this.#start, this.#run + 1);
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Its exit code or signal, once it has ended. */
  get ended(): Promise<string> {
    return this.#process.ended;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#process.pid === undefined) throw new Error(`${this.name} has not started`);
    process.kill(this.#process.pid, signal);
  }

  /** The lines of its log that say this. */
  async told(message: string): Promise<Record<string, unknown>[]> {
    const text = await readFile(this.#process.logFile, "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
  }

  /** Whether its caches are filled. */
  async isWarm(): Promise<boolean> {
    return (await this.told("the caches are filled")).length > 0;
  }

  /** Whether this process has told that it leads as `identity`. */
  async leadsAs(identity: string): Promise<boolean> {
    return (await this.told("leading")).some((line) => line["identity"] === identity);
  }
}

export async function holderOf(plane: ControlPlane, home: string): Promise<string> {
  const ref = { namespace: home, name: "certferry" };
  const { spec } = await plane.client.get(Lease, ref, { signal: AbortSignal.timeout(5_000) });
  return spec?.holderIdentity ?? "";
}

/** The replica that leads, once the holder of the lease is one of these. */
export function leaderOf(
  plane: ControlPlane,
  home: string,
  replicas: readonly Replica[],
  withinMs = startMs,
): Promise<Replica> {
  return eventually(
    "one of the replicas to lead",
    async () => {
      const holder = await holderOf(plane, home);
      for (const replica of replicas) {
        if (replica.running && (await replica.leadsAs(holder))) return replica;
      }
      return undefined;
    },
    { withinMs },
  );
}

/** A module that sets the wall clock of its process wrong. */
export function wallClockOff(hours: number): string {
  return `
    const Right = Date;
    const off = ${hours} * 3600000;
    globalThis.Date = class extends Right {
      constructor(...args) { super(...(args.length === 0 ? [Right.now() + off] : args)); }
      static now() { return Right.now() + off; }
    };`;
}
