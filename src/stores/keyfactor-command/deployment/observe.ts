import type { Desired, Observation } from "../../contract.ts";
import type { Deployment } from "./deployment.ts";
import { dueOf } from "./due.ts";
import { findJob } from "./find-job.ts";
import { writeJobState } from "./job-state.ts";
import { type Look, lookAt } from "./look.ts";
import { seenIn } from "./seen.ts";

/** Looks at the place, and for what a write without a receipt has left. */
export async function observe(
  deployment: Deployment,
  desired: Desired,
  signal: AbortSignal,
  unsure?: { readonly since: Date },
): Promise<Observation> {
  const look = await lookAt(deployment, desired, unsure === undefined ? "Shared" : "Fresh", signal);
  const seen = await seenIn(deployment, look, unsure !== undefined, signal);
  return unsure === undefined ? seen : sure(deployment, look, seen, unsure.since, signal);
}

async function sure(
  deployment: Deployment,
  { store }: Look,
  seen: Observation,
  since: Date,
  signal: AbortSignal,
): Promise<Observation> {
  const found = await findJob(deployment, store, since, signal);
  switch (found.is) {
    case "Found": {
      const state = writeJobState({ step: "Waiting", certificate: deployment.thumbprint, due: dueOf(deployment) });
      return { ...seen, job: { ids: [found.jobId], state } };
    }
    case "None":
      return { ...seen, job: "None" };
    case "Several":
      return { ...seen, inconclusive: "the jobs of the certificate store, of which several could be this one" };
    case "Denied":
      return isThere(seen) ? seen : { ...seen, inconclusive: "the inventory alone, since jobs may not be read" };
  }
}

function isThere(seen: Observation): seen is Extract<Observation, { state: "Present" }> {
  return seen.state === "Present" && seen.differs.length === 0;
}
