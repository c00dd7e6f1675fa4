import type { Deployment } from "./deployment.ts";
import type { JobState } from "./job-state.ts";

/** When Command itself is to begin: at the `runAt` of a target that hands it over, while that is to come; else at once. */
export function dueOf({ target, runAt, command }: Deployment): Date | undefined {
  const handsOver = target.submit === "Early" || target.method === "PfxDeploy";
  return handsOver && runAt !== undefined && runAt > command.now() ? runAt : undefined;
}

/** Whether a job waits for another time than it should by now. */
export function isOutdated(deployment: Deployment, { due }: Pick<JobState, "due">): boolean {
  const waitsFor = due !== undefined && due > deployment.command.now() ? due : undefined;
  return dueOf(deployment)?.getTime() !== waitsFor?.getTime();
}
