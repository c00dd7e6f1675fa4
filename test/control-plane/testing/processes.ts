import { readFileSync } from "node:fs";

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
