import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import type { Desired, Observation, Place, PlaceContext, PutResult } from "../contract.ts";
import { WaitingError } from "../errors.ts";
import type { CertificatesClient } from "./client.ts";
import { changedPolicy, compare } from "./compare.ts";
import { asking, operationMs, type Verb } from "./failure.ts";
import { lookAt, type Look, stateOf } from "./look.ts";
import { certificateNameOf } from "./name.ts";
import { readMark } from "./mark.ts";
import { observed } from "./observe.ts";
import { placeKey } from "./place-key.ts";
import { importPolicy } from "./policy.ts";
import { isSoftDeleted } from "./refusal.ts";
import { fateOf, type Word } from "./soft-deleted.ts";
import { type ImportValue, importValue } from "./value.ts";
import type { Vault } from "./vault.ts";
import { type Tags, tagsWith, type Wanted, wantedOf } from "./wanted.ts";

/** What is asked of a vault for one place. */
export interface Access {
  readonly vault: Vault;
  readonly client: CertificatesClient;
}

/** One name in a vault. */
export class CertificatePlace implements Place {
  readonly address: string;
  readonly spots = ["certificate"];
  readonly key: string;
  /** Each import makes a version. */
  readonly repeatable = false;
  readonly #access: Access;
  readonly #target: AzureKeyVaultTarget;
  readonly #name: string;
  /** What an observation saw, for the `put` that follows it. */
  readonly #states = new WeakMap<Observation, string>();

  constructor(access: Access, target: AzureKeyVaultTarget, { name }: Pick<PlaceContext, "name">) {
    const { host } = access.vault;
    this.#access = access;
    this.#target = target;
    this.#name = certificateNameOf(target.name, name);
    this.address = `azureKeyVault:${host}/${this.#name.toLowerCase()}`;
    this.key = placeKey({ vault: host, name: this.#name });
  }

  observe(desired: Desired, signal: AbortSignal): Promise<Observation> {
    const wanted = this.#wanted(desired);
    return this.#asking("get", () => this.#observe(desired, wanted, signal));
  }

  async put(desired: Desired, before: Observation, signal: AbortSignal): Promise<PutResult> {
    const wanted = this.#wanted(desired);
    const look = await this.#asking("get", () => this.#look(wanted, signal));
    // A vault has no conditional write: what comes between this look and the write is not seen.
    if (stateOf(look) !== this.#states.get(before)) return { outcome: "Changed" };
    const changes = changesOf(look, wanted);
    // Before anything is recovered or purged for it.
    const value = changes.has("Import") ? await this.#value(desired, signal) : undefined;
    if (look.is === "Deleted") await this.#makeRoom(fateOf(look.deleted, this.#target.softDeleted).does, signal);
    if (value !== undefined) await this.#import(wanted, value, signal);
    else if (changes.has("Attributes")) await this.#update(look, wanted, signal);
    await this.#settlePolicy(wanted, signal);
    const seen = await this.#asking("get", () => this.#observe(desired, wanted, signal));
    return { outcome: "Written", seen };
  }

  #wanted(desired: Desired): Wanted {
    return wantedOf(this.#target, desired, this.#access.vault.apiVersion);
  }

  async #observe({ mark }: Desired, wanted: Wanted, signal: AbortSignal): Promise<Observation> {
    const look = await this.#look(wanted, signal);
    const observation = observed(look, { wanted, mark, softDeleted: this.#target.softDeleted });
    this.#states.set(observation, stateOf(look));
    return observation;
  }

  #look(wanted: Wanted, signal: AbortSignal): Promise<Look> {
    const { vault, client } = this.#access;
    return lookAt(vault, client, { name: this.#name, wanted }, signal);
  }

  #value(desired: Desired, signal: AbortSignal): Promise<ImportValue> {
    return importValue(desired, this.#target.policy?.contentType ?? "PKCS12", signal);
  }

  async #import(wanted: Wanted, value: ImportValue, signal: AbortSignal): Promise<void> {
    const { attributes, policy, key, preserveCertOrder } = wanted;
    const tags = tagsWith(wanted, wanted.chain);
    const body = { ...value, policy: importPolicy(policy, key), attributes, tags, preserveCertOrder };
    await this.#asking("import", async () => {
      try {
        await this.#access.client.import(this.#name, body, signal);
      } catch (error) {
        // Deleted since the look, or where the look may not go.
        const { softDeleted } = this.#target;
        if (isSoftDeleted(error) && softDeleted !== undefined) await this.#makeRoom(softDeleted, signal);
        throw error;
      }
    });
  }

  async #update(look: Look, wanted: Wanted, signal: AbortSignal): Promise<void> {
    if (look.is !== "Certificate") return;
    const { version = "" } = look.certificate.properties;
    const tags: Tags = tagsWith(wanted, look.beside?.chain);
    const change = { name: this.#name, version, attributes: wanted.attributes, tags };
    await this.#asking("update", () => this.#access.client.update(change, signal));
  }

  /** What of the policy an import does not bring: AutoRenew, and whatever is changed without one. */
  async #settlePolicy(wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { client } = this.#access;
    const certificate = await this.#asking("get", () => client.get(this.#name, signal));
    if (certificate === undefined) return;
    const left = compare({ certificate }, wanted).some(({ by }) => by === "Policy");
    if (!left) return;
    const policy = changedPolicy(certificate.policy ?? {}, wanted.policy);
    await this.#asking("update", () => client.updatePolicy(this.#name, policy, signal));
  }

  /** Does with a deleted certificate what the user's word says, which the vault ends later: then it throws. */
  async #makeRoom(word: Word | "Nothing", signal: AbortSignal): Promise<void> {
    const { client } = this.#access;
    const until = new Date(Date.now() + operationMs);
    if (word === "Recover") {
      await this.#asking("recover", () => client.recover(this.#name, signal));
      const message = `The vault brings back the deleted certificate ${this.#name}; it is looked at after that.`;
      throw new WaitingError("Recovering", message, { until });
    }
    if (word !== "Purge") return;
    await this.#asking("purge", () => client.purge(this.#name, signal));
    const message = `The vault purges the deleted certificate ${this.#name}; the new one goes in after that.`;
    throw new WaitingError("Purging", message, { until });
  }

  #asking<T>(verb: Verb, work: () => Promise<T>): Promise<T> {
    return asking({ verb, name: this.#name, host: this.#access.vault.host }, work);
  }
}

/**
 * What is done about the differences. A write of ours that shows none, or whose chain nobody can tell, is for what cannot be seen:
 * that is imported.
 */
function changesOf(look: Look, wanted: Wanted): ReadonlySet<string> {
  if (look.is !== "Certificate") return new Set(["Import"]);
  const { certificate, beside } = look;
  const changes = new Set<string>(compare({ certificate, chain: beside?.chain }, wanted).map(({ by }) => by));
  const hidden = beside?.chain === undefined && readMark(certificate.properties.tags)?.mark === wanted.mark;
  return hidden || changes.size === 0 ? new Set(["Import"]) : changes;
}
