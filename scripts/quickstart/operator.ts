import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ClusterAccess, kubeconfigText } from "../../test/control-plane/index.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const mostLines = 40;

/** The operator as a process of its own, with the rights of the ServiceAccount that `deploy/` gives it. */
export class Operator {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#ended = new Promise((resolve) => child.on("close", () => resolve()));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
  }

  static async start(plane: ClusterAccess): Promise<Operator> {
    const namespace = "certferry-system";
    const token = await plane.tokenFor(namespace, "certferry");
    const folder = await mkdtemp(join(tmpdir(), "certferry-operator-"));
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, kubeconfigText(plane.facts.server, plane.facts.caPem, { token }), { mode: 0o600 });
    const flags = ["--metrics-bind-address=0", "--health-probe-bind-address=0"];
    const args = [main, `--kubeconfig=${kubeconfig}`, `--namespace=${namespace}`, ...flags];
    // A group of its own: Ctrl-C goes to the quickstart, which stops the operator in order.
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    return new Operator(child, folder);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines that it logged. */
  get log(): string {
    return this.#lines.join("\n");
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await this.#ended;
    clearTimeout(timer);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #keep(text: string): void {
    this.#lines.push(...text.split("\n").filter(Boolean));
    this.#lines.splice(0, Math.max(0, this.#lines.length - mostLines));
  }
}
