import { TransientError } from "../../errors.ts";
import { deployPfx } from "../api/deploy-pfx.ts";
import { CommandRefusal } from "../failure.ts";
import type { Deployment } from "./deployment.ts";
import { dueOf } from "./due.ts";
import { entryPasswordText, overwriteIn, parametersOf, secretsOf } from "./entry.ts";
import { findJob } from "./find-job.ts";
import type { Look } from "./look.ts";
import { generatedPassword } from "./password.ts";

/** Command has an enrolled PFX at hand for five minutes: a job from before is of an enrolment before. */
const stagedMs = 300_000;

/** What became of a PFX Deploy: there is a job, or Command refused with these words what is at hand there no more. */
export type Deployed = { readonly is: "Submitted" } | { readonly is: "Expired"; readonly said: string };

/** Sends the enrolled PFX. Throws `CommandRefusal` where it may be at hand still, and `TransientError` `JobNotCreated` where Command says that there is no job, and not why. */
export async function deploy(deployment: Deployment, look: Look, signal: AbortSignal): Promise<Deployed> {
  const { command, target, certificateId } = deployment;
  const password = entryPasswordText(deployment) ?? generatedPassword();
  command.deployed.note(nameOf(deployment), true);
  try {
    const outcome = await deployPfx(
      command.client,
      {
        storeId: look.store.id,
        legacyTypeId: command.legacyStoreIds ? look.store.typeId : undefined,
        alias: target.alias,
        overwrite: overwriteIn(deployment, look),
        parameters: parametersOf(deployment) ?? {},
        password,
        secrets: [password, ...secretsOf(deployment)],
        certificateId,
        requestId: look.requestId,
        jobTime: dueOf(deployment),
      },
      signal,
    );
    if (outcome === "Submitted") return { is: "Submitted" };
  } catch (error) {
    if (error instanceof CommandRefusal && isExpiry(error, look)) return { is: "Expired", said: error.said };
    throw error;
  }
  const message = `Command has made no job for ${look.store.path} on ${look.store.clientMachine}, and does not say why; it is tried again.`;
  throw new TransientError("JobNotCreated", message, { happened: "no" });
}

/**
 * How Command says that it has no PFX at hand is not published. That of a younger certificate it may have, so that it may have
 * refused something else; a CA that dates certificates back makes them look older than their enrolment.
 */
function isExpiry({ status, at }: CommandRefusal, { leaf }: Look): boolean {
  return status === 400 && at.getTime() - leaf.notBefore.getTime() >= stagedMs;
}

/** Whether this certificate was sent to this place before: that is done once, and what comes after is an Add. */
export async function wasDeployed(deployment: Deployment, { store }: Look, signal: AbortSignal): Promise<boolean> {
  const { command } = deployment;
  if (command.deployed.has(nameOf(deployment))) return true;
  const since = new Date(command.now().getTime() - stagedMs);
  const found = await findJob(deployment, store, since, signal);
  return found.is === "Found" || found.is === "Several";
}

function nameOf({ address, thumbprint }: Deployment): string {
  return `${address} ${thumbprint}`;
}
