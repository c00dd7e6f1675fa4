import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** The names of the programs that were started with files in this folder and still run, sorted. */
export async function programsOf(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-ww", "-o", "args="], { maxBuffer: 16 * 1024 * 1024 });
  const lines = stdout.split("\n").filter((line) => line.includes(folder));
  return lines.map((line) => /^\S*\/([\w-]+) /.exec(line)?.[1] ?? line).toSorted();
}

/** Whether a process runs. One that has ended counts as gone even while nobody has asked for its exit code. */
export function isThere(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error("the process was never started");
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    // No /proc here, or it ended in between.
    return false;
  }
}
