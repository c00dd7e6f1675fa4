import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Processes that end with us, whatever kills us. */
export class Supervised {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #running = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  /** `folder` is theirs: it holds their logs, and goes with them. */
  constructor(folder: string) {
    const script = fileURLToPath(new URL("supervisor.mjs", import.meta.url));
    // A group of its own: a Ctrl-C in the terminal must not end etcd before us.
    this.#child = spawn(process.execPath, [script, folder], { stdio: ["pipe", "pipe", "ignore"], detached: true });
    this.#child.stdin.on("error", () => {});
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const { ended } = JSON.parse(line) as { ended: string };
      this.#running.delete(ended);
      this.#waiting.get(ended)?.();
    });
  }

  start(name: string, command: string, args: readonly string[]): void {
    this.#running.add(name);
    this.#send({ do: "start", name, command, args });
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  /** Resolves when the process has ended. */
  async kill(name: string, signal: NodeJS.Signals): Promise<void> {
    if (!this.#running.has(name)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(name, resolve);
    this.#send({ do: "kill", name, signal });
    await promise;
    this.#waiting.delete(name);
  }

  /** Ends all and removes the folder. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, "exit");
  }

  #send(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }
}
