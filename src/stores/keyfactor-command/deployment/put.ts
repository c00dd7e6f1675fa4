import type { Desired, Job, PutResult } from "../../contract.ts";
import { BlockedError } from "../../errors.ts";
import { addCertificate } from "../api/add-certificate.ts";
import { scheduleOf } from "../api/schedule.ts";
import { deploy, wasDeployed } from "./deploy.ts";
import { collectionOf, type Deployment } from "./deployment.ts";
import { dueOf } from "./due.ts";
import { entryPasswordOf, overwriteIn, parametersOf, secretsOf, textOf } from "./entry.ts";
import { writeJobState } from "./job-state.ts";
import { type Look, lookAt } from "./look.ts";
import { generatedPassword } from "./password.ts";
import { includesPrivateKey } from "./placement.ts";
import { obstacleIn } from "./seen.ts";

/** Has Command make a job that brings the certificate. Everything is checked before anything is sent. */
export async function put(deployment: Deployment, desired: Desired, signal: AbortSignal): Promise<PutResult> {
  const look = await lookAt(deployment, desired, "Shared", signal);
  const obstacle = obstacleIn(deployment, look);
  if (obstacle !== undefined) throw new BlockedError(obstacle.reason, obstacle.message);
  const { target, before, thumbprint } = deployment;
  const enrolled = target.method === "PfxDeploy" && before?.thumbprint !== thumbprint;
  if (!enrolled || (await wasDeployed(deployment, look, signal))) {
    return { outcome: "Submitted", job: await add(deployment, look, signal) };
  }
  const deployed = await deploy(deployment, look, signal);
  if (deployed.is === "Submitted") return { outcome: "Submitted", job: jobOf(deployment, [], dueOf(deployment)) };
  const words = deployed.said === "" ? "" : ` (it says: ${deployed.said})`;
  const message = `Command has an enrolled PFX at hand for five minutes, and refuses this one${words}; the certificate goes there as one that Command holds.`;
  const job = await add(deployment, look, signal);
  return { outcome: "Submitted", job, warning: { reason: "StagingExpired", message } };
}

async function add(deployment: Deployment, look: Look, signal: AbortSignal): Promise<Job> {
  const { command, target, certificateId, address } = deployment;
  const due = dueOf(deployment);
  const includePrivateKey = includesPrivateKey(target, look.type, look);
  const pfxPassword = includePrivateKey ? pfxPasswordOf(deployment) : undefined;
  const ids = await addCertificate(
    command.client,
    {
      certificateId,
      entry: {
        CertificateStoreId: look.store.id,
        Alias: target.alias,
        Overwrite: overwriteIn(deployment, look),
        IncludePrivateKey: includePrivateKey,
        JobFields: parametersOf(deployment),
        EntryPassword: entryPasswordOf(deployment),
        PfxPassword: pfxPassword,
      },
      schedule: scheduleOf(due),
      collectionId: collectionOf(deployment),
      secrets: [pfxPassword ?? "", ...secretsOf(deployment)],
    },
    signal,
  );
  for (const id of ids) command.receipts.note(id, address);
  return jobOf(deployment, ids, due);
}

function jobOf({ thumbprint }: Deployment, ids: readonly string[], due: Date | undefined): Job {
  const state = writeJobState({ step: "Waiting", certificate: thumbprint, due });
  return { ids: ids.slice(0, 8).map((id) => id.toLowerCase()), state };
}

function pfxPasswordOf(deployment: Deployment): string {
  const ref = deployment.target.pfxPasswordSecretRef;
  return ref === undefined ? generatedPassword() : textOf(deployment, ref);
}
