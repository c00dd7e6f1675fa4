import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export type SupervisorCommand =
  | { do: "start"; name: string; program: string; args: readonly string[] }
  | { do: "kill"; name: string; signal: NodeJS.Signals };

export type SupervisorEvent =
  | { event: "folder"; folder: string }
  | { event: "started"; name: string; pid: number }
  | { event: "ended"; name: string; why: string };

/** A process that ends when we end, whatever kills us. */
export class SupervisedProcess {
  readonly name: string;
  /** Where its standard output and error go. */
  readonly logFile: string;
  readonly #ended = Promise.withResolvers<string>();
  readonly #kill: (signal: NodeJS.Signals) => void;
  #state: "starting" | "running" | "ended" = "starting";
  #pid: number | undefined;

  constructor(name: string, folder: string, kill: (signal: NodeJS.Signals) => void) {
    this.name = name;
    this.logFile = join(folder, `${name}.log`);
    this.#kill = kill;
  }

  get running(): boolean {
    return this.#state !== "ended";
  }

  /** Unknown before it has started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Resolves with its signal, exit code, or why it could not start. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Resolves when it has ended. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.running) this.#kill(signal);
    await this.#ended.promise;
  }

  /** The last lines of its log. */
  async lastLines(count: number): Promise<string> {
    const text = await readFile(this.logFile, "utf8").catch(() => "");
    return text.trimEnd().split("\n").slice(-count).join("\n");
  }

  /** What the supervisor tells. */
  take(event: Exclude<SupervisorEvent, { event: "folder" }>): void {
    if (event.event === "started") {
      this.#state = "running";
      this.#pid = event.pid;
    } else {
      this.#state = "ended";
      this.#ended.resolve(event.why);
    }
  }
}

/** Processes, and a folder for their files, that end with us. */
export class Supervised {
  /** Temporary; removed at the end. */
  readonly folder: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #processes = new Map<string, SupervisedProcess>();

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, folder: string) {
    this.#child = child;
    this.folder = folder;
  }

  static async create(): Promise<Supervised> {
    const script = fileURLToPath(new URL("supervisor.ts", import.meta.url));
    // A group of its own: a Ctrl-C in the terminal must not end etcd before us.
    const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"], detached: true });
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout });
    const first = Promise.withResolvers<string>();
    child.once("error", first.reject);
    child.once("exit", (code) => first.reject(new Error(`the supervisor ended with ${code}`)));
    lines.once("line", first.resolve);
    const event = JSON.parse(await first.promise) as SupervisorEvent;
    if (event.event !== "folder") throw new Error(`the supervisor began with ${event.event}`);
    const supervised = new Supervised(child, event.folder);
    lines.on("line", (line) => supervised.#take(JSON.parse(line) as SupervisorEvent));
    child.once("exit", () => supervised.#lost());
    return supervised;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** `name` names its log, and is used once at a time. */
  start(name: string, program: string, args: readonly string[]): SupervisedProcess {
    if (this.#processes.get(name)?.running) throw new Error(`${name} runs already`);
    const process = new SupervisedProcess(name, this.folder, (signal) => this.#send({ do: "kill", name, signal }));
    this.#processes.set(name, process);
    this.#send({ do: "start", name, program, args });
    return process;
  }

  /** Kills all and removes the folder. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, "exit");
  }

  #take(event: SupervisorEvent): void {
    if (event.event !== "folder") this.#processes.get(event.name)?.take(event);
  }

  /** The supervisor has ended: after its processes, unless something killed it. */
  #lost(): void {
    for (const [name, supervised] of this.#processes) {
      if (!supervised.running) continue;
      if (supervised.pid !== undefined) killIfThere(supervised.pid);
      supervised.take({ event: "ended", name, why: "its supervisor ended" });
    }
  }

  #send(command: SupervisorCommand): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended in between.
  }
}
