import { spawn } from "node:child_process";
import { join } from "node:path";

export interface KubectlOptions {
  /** Its standard input, for `-f -`. */
  readonly input?: string;
  /** A failure is an answer too; else it rejects. */
  readonly mayFail?: boolean;
}

export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutMs = 120_000;

/** Runs kubectl; `folder` holds its kubeconfig and its cache. Rejects with what it said, unless it ends well or `mayFail`. */
export async function runKubectl(
  kubectl: string,
  folder: string,
  args: readonly string[],
  { input = "", mayFail = false }: KubectlOptions,
): Promise<KubectlResult> {
  const { promise, resolve, reject } = Promise.withResolvers<KubectlResult>();
  const env = {
    ...process.env,
    KUBECONFIG: join(folder, "admin.kubeconfig"),
    KUBECACHEDIR: join(folder, "kubectl-cache"),
  };
  const child = spawn(kubectl, args, { env, stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.on("error", reject);
  child.on("close", (code, signal) => {
    if (code === 0 || mayFail) resolve({ code, stdout, stderr });
    else reject(new Error(`kubectl ${args.join(" ")} ended with ${signal ?? code}: ${stderr}`));
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => {}).end(input);
  return promise;
}
