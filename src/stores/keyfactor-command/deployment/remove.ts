import type { SecretKeyRef } from "../../../crds/index.ts";
import type { OpenJob, RemovalContext, RemoveResult } from "../../contract.ts";
import { BlockedError, WaitingError } from "../../errors.ts";
import type { CertificateStore } from "../api/certificate-store.ts";
import type { InventoryEntry } from "../api/inventory.ts";
import { removeCertificate } from "../api/remove-certificate.ts";
import type { Jobs } from "./deployment.ts";
import { entryNamed } from "./inventory.ts";
import { readJobState, writeJobState } from "./job-state.ts";
import { orchestratorWords } from "./orchestrator-words.ts";
import { deploymentAddress, type DeploymentKey, isDeploymentKey, readDeploymentKey } from "./place-key.ts";
import { standing } from "./standing.ts";
import { withdraw } from "./withdraw.ts";

/**
 * Takes an entry of ours out of its certificate store, by a job that is followed: the job that was to bring it first, where that
 * is still open. What lies under our alias and is another certificate is somebody else's, and stays.
 */
export async function removeFrom(
  command: Jobs,
  keyText: string,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const key = withoutOthers(readDeploymentKey(keyText), context.others ?? []);
  if (key === undefined) return {};
  if (key.installation !== command.installation) {
    const message = `The entry was written in ${key.installation}, and the store leads to ${command.installation} now. Remove it in Command by hand, or give the store its url and apiPath back.`;
    throw new BlockedError("StoreLeadsElsewhere", message);
  }
  const store = await command.facts.findStore(key.storeId, signal);
  // A store that Command knows no more has no entries.
  if (store === undefined) return {};
  const { job } = context;
  if (job === undefined) return submit(command, key, store, context, signal);
  return readJobState(job.state).step === "Removing"
    ? followRemoval(command, key, store, job, context, signal)
    : endDelivery(command, key, store, job, context, signal);
}

/** What others of ours have brought to the same entries is none of what is to be removed; undefined where nothing is left. */
function withoutOthers(key: DeploymentKey, others: readonly string[]): DeploymentKey | undefined {
  const held = others.filter(isDeploymentKey).map(readDeploymentKey);
  if (key.alias !== undefined) return held.some(({ alias }) => alias === key.alias) ? undefined : key;
  const theirs = new Set(held.flatMap(({ thumbprints }) => thumbprints));
  const thumbprints = key.thumbprints.filter((one) => !theirs.has(one));
  return thumbprints.length === 0 ? undefined : { ...key, thumbprints };
}

/** What a delivery was about to bring is taken back; where it is too late for that, it has to end first. */
async function endDelivery(
  command: Jobs,
  key: DeploymentKey,
  store: CertificateStore,
  job: OpenJob,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const address = deploymentAddress(key.installation, key);
  if (await withdraw({ command, address }, store, job, signal)) return submit(command, key, store, context, signal);
  const [jobId] = job.ids;
  const told = jobId === undefined ? undefined : await standing(command, jobId, job.submittedAt, signal);
  if (told !== undefined && ["Waiting", "Running", "WillRetry"].includes(told.at)) return { job };
  return submit(command, key, store, context, signal);
}

async function submit(
  command: Jobs,
  key: DeploymentKey,
  store: CertificateStore,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const inventory = await command.facts.inventory(store.id, "Fresh", signal);
  const entry = ownEntry(key, inventory);
  const foreign = key.alias === undefined ? undefined : entryNamed(inventory, key.alias);
  if (entry === undefined && foreign !== undefined) return { left: leftMessage(store, foreign.alias) };
  const [thumbprint = ""] = key.thumbprints;
  // Stores that name entries do so by thumbprint, as far as is known.
  const alias = entry?.alias ?? key.alias ?? thumbprint;
  const parameters = await parametersOf(command, key, store, context, signal);
  const { storeId, collectionId } = key;
  const ids = await removeCertificate(
    command.client,
    { storeId, alias, parameters, collectionId: collectionId ?? command.scope.collectionId },
    signal,
  );
  const state = writeJobState({ step: "Removing", certificate: thumbprint });
  return { job: { ids: ids.slice(0, 8).map((id) => id.toLowerCase()), state } };
}

/** A job that fails since there is no such entry has nothing more to do: the inventory tells. */
async function followRemoval(
  command: Jobs,
  key: DeploymentKey,
  store: CertificateStore,
  job: OpenJob,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const [jobId = ""] = job.ids;
  const told = await standing(command, jobId, job.submittedAt, signal);
  switch (told.at) {
    case "Waiting":
    case "Running":
    case "WillRetry":
      return { job };
    case "Hidden":
      return isShown(key, await command.facts.inventory(store.id, "Fresh", signal)) ? { job } : {};
    case "Gone":
      return removalFailed(store, "it was unscheduled in Command.");
    case "Failed": {
      if (isShown(key, await command.facts.inventory(store.id, "Fresh", signal))) {
        return removalFailed(store, `the orchestrator said: ${await wordsOf(key, told.message, context, signal)}`);
      }
      // There was none any more; where no inventory tells, it may have failed for another reason.
      if (store.isInventoried) return {};
      const words = await wordsOf(key, told.message, context, signal);
      return { left: `perhaps an entry in ${whereOf(store)}: its removal failed: ${words}` };
    }
    case "Ended":
      return told.success ? {} : { left: `perhaps an entry in ${whereOf(store)}: its removal ended with a warning` };
  }
}

function removalFailed(store: CertificateStore, said: string): RemoveResult {
  const message = `The job that removes the entry from ${whereOf(store)} failed: ${said}`;
  return { failed: { reason: "JobFailed", message } };
}

function isShown(key: DeploymentKey, inventory: readonly InventoryEntry[]): boolean {
  return ownEntry(key, inventory) !== undefined;
}

function ownEntry(
  { alias, thumbprints }: DeploymentKey,
  inventory: readonly InventoryEntry[],
): InventoryEntry | undefined {
  return inventory.find(
    ({ alias: name, leaf }) =>
      (alias === undefined || name === alias) && leaf !== undefined && thumbprints.includes(leaf.thumbprint),
  );
}

/** Those that the store type asks for on a removal. */
async function parametersOf(
  { facts }: Jobs,
  { parameters = {}, secretParameters = {} }: DeploymentKey,
  { typeId }: CertificateStore,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const asked: Record<string, string> = {};
  for (const { name, onRemove } of (await facts.type(typeId, signal)).parameters) {
    if (!onRemove) continue;
    const ref = secretParameters[name];
    const value = ref === undefined ? parameters[name] : await textOf(ref, context, signal);
    if (value !== undefined) asked[name] = value;
  }
  return asked;
}

/** What the orchestrator said, without what the removal gave it in confidence; nothing where that is known no more. */
async function wordsOf(
  { secretParameters = {} }: DeploymentKey,
  said: string,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<string> {
  const secrets: string[] = [];
  for (const ref of Object.values(secretParameters)) {
    const secret = await textOf(ref, context, signal).catch(undefinedWhereMissing);
    if (secret === undefined) return "nothing that may be shown, since a Secret of its entry parameters is gone.";
    secrets.push(secret);
  }
  return orchestratorWords(said, secrets);
}

function undefinedWhereMissing(error: unknown): undefined {
  if (!(error instanceof WaitingError)) throw error;
}

async function textOf(
  { name, key }: SecretKeyRef,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  return (await context.readSecret(name, signal)).get(key)?.toString();
}

function leftMessage(store: CertificateStore, alias: string): string {
  return `${alias} in ${whereOf(store)}, since another certificate lies there by now`;
}

function whereOf({ path, clientMachine }: CertificateStore): string {
  return `${path} on ${clientMachine}`;
}
