import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eventually } from "../control-plane/index.ts";
import type { Block } from "./markdown.ts";
import { repository } from "./pages.ts";
import { isSeen } from "./seen.ts";

/** What a reader has at hand. */
export interface Desk {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Starts the operator with these flags, instead of the one that runs. */
  readonly start: (flags: readonly string[]) => Promise<void>;
  /** What lies in the reader's folder beside `deploy/`, by name. */
  readonly files: Readonly<Record<string, string>>;
}

interface Said {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
}

const commandMs = 120_000;
const operator = /^(?:npm run build && )?npm start -- (.*)$/s;
/** Commands that may be given again until they show what the page says. */
const looking = /^kubectl (--context=\S+ )?(get|describe|events|auth|wait) /;
/** What kubectl says when it was refused something. */
const refusal = /^(error|Error from server)/m;

/** Somebody who does what a page says, block after block, in a folder of their own that has `deploy/` in it. */
export class Reader {
  readonly #desk: Desk;
  readonly #folder: string;

  private constructor(desk: Desk, folder: string) {
    this.#desk = desk;
    this.#folder = folder;
  }

  static async create(desk: Desk): Promise<Reader> {
    const folder = await mkdtemp(join(tmpdir(), "certferry-docs-"));
    await symlink(`${repository}deploy`, join(folder, "deploy"));
    for (const [name, content] of Object.entries(desk.files)) await writeFile(join(folder, name), content);
    return new Reader(desk, folder);
  }

  async leave(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  /** Does what a block says. `told` is what the page says one sees then. Rejects when it fails, or one sees something else. */
  async follow({ language, text }: Block, told: string | undefined): Promise<void> {
    if (language === "yaml") return this.#apply(text);
    const flags = operator.exec(text)?.[1];
    if (flags !== undefined) return this.#desk.start(await this.#words(flags));
    let said = await this.#run(text);
    if (told !== undefined && onlyLooks(text)) said = await this.#until(told, text, said);
    if (said.code !== 0 && !refusal.test(told ?? "")) throw new Error(`it ended with ${said.code}:\n${said.text}`);
    if (told !== undefined && !isSeen(told, said.text)) throw new Error(`one does not see\n${told}\nbut\n${said.text}`);
  }

  async #apply(text: string): Promise<void> {
    const file = join(this.#folder, ".block.yaml");
    await writeFile(file, text);
    const { code, text: said } = await this.#run(`kubectl apply --server-side -f .block.yaml`);
    if (code !== 0) throw new Error(`it cannot be applied:\n${said}`);
  }

  /** Looks again for a while, as one would. Gives what was seen last. */
  async #until(told: string, command: string, first: Said): Promise<Said> {
    let said = first;
    const look = async (): Promise<boolean> => {
      if (isSeen(told, said.text)) return true;
      said = await this.#run(command);
      return false;
    };
    await eventually("what the page tells", look, { withinMs: 40_000, everyMs: 200 }).catch(() => {});
    return said;
  }

  async #words(flags: string): Promise<string[]> {
    return (await this.#run(`printf '%s\\n' ${flags}`)).text.trimEnd().split("\n");
  }

  #run(script: string): Promise<Said> {
    const { kubectl, kubeconfig } = this.#desk;
    const env = {
      PATH: `${dirname(kubectl)}:${process.env["PATH"] ?? ""}`,
      HOME: this.#folder,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(dirname(kubeconfig), "kubectl-cache"),
    };
    const { promise, resolve } = Promise.withResolvers<Said>();
    const options = { cwd: this.#folder, env, timeout: commandMs };
    execFile("bash", ["-euo", "pipefail", "-c", `exec 2>&1\n${script}`], options, (error, stdout) =>
      resolve({ code: error === null ? 0 : 1, text: stdout }),
    );
    return promise;
  }
}

function onlyLooks(script: string): boolean {
  const commands = script.replaceAll("\\\n", " ").split("\n");
  return commands.every((command) => looking.test(command));
}
