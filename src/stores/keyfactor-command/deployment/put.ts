import { BlockedError, TransientError } from "../../errors.ts";
import { addCertificate, type EntryPassword } from "../api/add-certificate.ts";
import { deployPfx } from "../api/deploy-pfx.ts";
import { scheduleOf } from "../api/schedule.ts";
import type { Desired, Job, PutResult } from "../../contract.ts";
import { CommandRefusal } from "../failure.ts";
import { collectionOf, type Deployment } from "./deployment.ts";
import { writeJobState } from "./job-state.ts";
import { type Look, lookAt } from "./look.ts";
import { overwrites } from "./overwrite.ts";
import { generatedPassword } from "./password.ts";
import { includesPrivateKey } from "./placement.ts";
import { obstacleIn } from "./seen.ts";

/** Has Command make a job that brings the certificate. Everything is checked before anything is sent. */
export async function put(deployment: Deployment, desired: Desired, signal: AbortSignal): Promise<PutResult> {
  const look = await lookAt(deployment, desired, "Shared", signal);
  const obstacle = obstacleIn(deployment, look);
  if (obstacle !== undefined) throw new BlockedError(obstacle.reason, obstacle.message);
  const { target, before, thumbprint } = deployment;
  if (target.method !== "PfxDeploy" || before?.thumbprint === thumbprint) {
    return { outcome: "Submitted", job: await add(deployment, look, signal) };
  }
  const expired = await deploy(deployment, look, signal);
  if (expired === undefined) return { outcome: "Submitted", job: jobOf(deployment, [], jobTimeOf(deployment)) };
  const message = `Command had the enrolled PFX no longer at hand (it says: ${expired}); the certificate is added as one that it holds.`;
  return {
    outcome: "Submitted",
    job: await add(deployment, look, signal),
    warning: { reason: "StagingExpired", message },
  };
}

async function add(deployment: Deployment, look: Look, signal: AbortSignal): Promise<Job> {
  const { command, target, certificateId, address } = deployment;
  const due = startOf(deployment);
  const includePrivateKey = includesPrivateKey(target, look.type, look);
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
        PfxPassword: includePrivateKey ? pfxPasswordOf(deployment) : undefined,
      },
      schedule: scheduleOf(due),
      collectionId: collectionOf(deployment),
    },
    signal,
  );
  for (const id of ids) command.receipts.set(id.toLowerCase(), address);
  return jobOf(deployment, ids, due);
}

/** Gives what Command says where it has no enrolled PFX at hand any more: that was refused, so nothing has happened. */
async function deploy(deployment: Deployment, look: Look, signal: AbortSignal): Promise<string | undefined> {
  const { command, target, certificateId } = deployment;
  try {
    const outcome = await deployPfx(
      command.client,
      {
        storeId: look.store.id,
        legacyTypeId: command.legacyStoreIds ? look.store.typeId : undefined,
        alias: target.alias,
        overwrite: overwriteIn(deployment, look),
        parameters: parametersOf(deployment) ?? {},
        password: secretText(deployment, target.entryPassword?.secretRef) ?? generatedPassword(),
        certificateId,
        requestId: look.requestId,
        jobTime: jobTimeOf(deployment),
      },
      signal,
    );
    if (outcome === "Submitted") return undefined;
  } catch (error) {
    // How it says so is not published; all that it could refuse otherwise was checked.
    if (error instanceof CommandRefusal && error.status === 400) return error.said;
    throw error;
  }
  const message = `Command has made no job for ${look.store.path} on ${look.store.clientMachine}, and does not say why; it is tried again.`;
  throw new TransientError("JobNotCreated", message, { happened: "no" });
}

function overwriteIn({ target, before }: Deployment, { entry }: Look): boolean {
  return target.overwrite ?? overwrites(entry, before);
}

function jobOf({ thumbprint }: Deployment, ids: readonly string[], due: Date | undefined): Job {
  const state = writeJobState({ step: "Waiting", certificate: thumbprint, due });
  return { ids: ids.slice(0, 8).map((id) => id.toLowerCase()), state };
}

/** With `submit: Early` Command is told of a time to come; otherwise it begins at once. */
function startOf({ target, runAt, command }: Deployment): Date | undefined {
  return target.submit === "Early" && runAt !== undefined && runAt > command.now() ? runAt : undefined;
}

/** A time that is over means at once to Command, too. */
function jobTimeOf({ runAt, command }: Deployment): Date | undefined {
  return runAt !== undefined && runAt > command.now() ? runAt : undefined;
}

function parametersOf(deployment: Deployment): Record<string, string> | undefined {
  const { entryParameters = {}, secretEntryParameters = {} } = deployment.target;
  const secrets = Object.entries(secretEntryParameters).map(([name, ref]) => [name, deployment.secret(ref).toString()]);
  const all = { ...entryParameters, ...(Object.fromEntries(secrets) as Record<string, string>) };
  return Object.keys(all).length === 0 ? undefined : all;
}

function entryPasswordOf(deployment: Deployment): EntryPassword | undefined {
  const { secretRef, pam } = deployment.target.entryPassword ?? {};
  if (pam !== undefined) return { Provider: pam.providerId, Parameters: pam.parameters };
  const value = secretText(deployment, secretRef);
  return value === undefined ? undefined : { SecretValue: value };
}

function pfxPasswordOf(deployment: Deployment): string {
  return secretText(deployment, deployment.target.pfxPasswordSecretRef) ?? generatedPassword();
}

function secretText(deployment: Deployment, ref: Parameters<Deployment["secret"]>[0] | undefined): string | undefined {
  return ref === undefined ? undefined : deployment.secret(ref).toString("utf8");
}
