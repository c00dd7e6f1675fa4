import type { KeyfactorCommandTarget } from "../../../crds/index.ts";
import type { Desired, Followed, Observation, OpenJob, Place, PlaceContext, PutResult } from "../../contract.ts";
import { InternalDefect } from "../../errors.ts";
import { isThumbprint } from "../import/place-key.ts";
import type { Deployment, Jobs } from "./deployment.ts";
import { follow, placedBy } from "./follow.ts";
import { readJobState } from "./job-state.ts";
import { observe } from "./observe.ts";
import { deploymentAddress, deploymentKey } from "./place-key.ts";
import { type Placed, placedIn } from "./placed.ts";
import { put } from "./put.ts";
import { withdraw } from "./withdraw.ts";

/**
 * An entry in a certificate store that an orchestrator of Command serves. Jobs bring it there, so `put` ends with a job that is
 * followed; sent twice, a request makes two jobs.
 */
export class DeploymentPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[];
  readonly key: string;
  readonly repeatable = false;
  readonly keepsTime?: true;
  readonly #deployment: Omit<Deployment, "before">;
  /** What lies there by our hand: as the record has it, then as the jobs of this run have left it. */
  #before: Placed | undefined;

  /** Throws `TerminalError` `ParametersTooLong`. */
  constructor(command: Jobs, target: KeyfactorCommandTarget, context: PlaceContext) {
    const { certificateId, thumbprint } = certificateIn(context);
    const address = deploymentAddress(command.installation, target);
    this.#before = context.before === address ? placedIn(context.remote) : undefined;
    const thumbprints = [thumbprint, ...(this.#before === undefined ? [] : [this.#before.thumbprint])];
    this.address = address;
    // Where the store names entries, each certificate has one of its own.
    this.spots = [target.alias ?? `certificate ${thumbprint}`];
    this.key = deploymentKey(command.installation, target, [...new Set(thumbprints)].filter(isThumbprint));
    if (target.submit === "Early" || target.method === "PfxDeploy") this.keepsTime = true;
    this.#deployment = {
      command,
      target: context.privateKey === "Exclude" ? { ...target, includePrivateKey: false } : target,
      address,
      key: this.key,
      certificateId,
      thumbprint,
      runAt: context.runAt,
      secret: (ref) => context.secret(ref),
    };
  }

  observe(desired: Desired, signal: AbortSignal, unsure?: { readonly since: Date }): Promise<Observation> {
    return observe(this.#current(), desired, signal, unsure);
  }

  put(desired: Desired, _observed: Observation, signal: AbortSignal): Promise<PutResult> {
    return put(this.#current(), desired, signal);
  }

  async follow(job: OpenJob, desired: Desired, signal: AbortSignal): Promise<Followed> {
    const followed = await follow(this.#current(), job, desired, signal);
    if (followed.outcome === "Ended") this.#before = this.#placed(job, followed.seen);
    return followed;
  }

  async withdraw(job: OpenJob, signal: AbortSignal): Promise<boolean> {
    const { command, target } = this.#deployment;
    return withdraw(this.#deployment, await command.facts.store(target.storeId.toLowerCase(), signal), job, signal);
  }

  #current(): Deployment {
    return { ...this.#deployment, before: this.#before };
  }

  #placed(job: OpenJob, seen: Observation): Placed | undefined {
    const { certificate } = readJobState(job.state);
    if (certificate !== this.#deployment.thumbprint) return placedBy(this.#current(), certificate);
    return seen.state === "Present" ? placedIn(seen.remote) : this.#before;
  }
}

/** What an import, or `commandCertificate`, names to Command. */
function certificateIn({ held }: PlaceContext): Pick<Deployment, "certificateId" | "thumbprint"> {
  const certificateId = Number(held?.id);
  const thumbprint = held?.version?.toUpperCase();
  if (Number.isInteger(certificateId) && isThumbprint(thumbprint)) return { certificateId, thumbprint };
  throw new InternalDefect(`a deployment of certificate ${held?.id} with thumbprint ${held?.version}`);
}
