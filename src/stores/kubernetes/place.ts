import type { KubernetesTarget } from "../../crds/index.ts";
import { isKubeError, type KubeClient, Secret } from "../../kube/index.ts";
import type { Desired, Observation, Place, PlaceContext, PutResult, Remote } from "../contract.ts";
import { contentOf, keysOf } from "./content.ts";
import { type Asked, meaningOf } from "./failure.ts";
import { fieldManagerOf, markName, marksOf, writeMark } from "./mark.ts";
import { observed, type Wanted } from "./observe.ts";

/** The cluster that a store leads to, and as whom. */
export interface Cluster {
  readonly client: KubeClient;
  /** Uid of its kube-system: the same cluster has the same places, whichever store leads there. */
  readonly uid: string;
  readonly as: string;
}

/** What `Place.key` holds. */
export interface PlaceKey {
  readonly namespace: string;
  readonly name: string;
}

/** Keys of one Secret. */
export class SecretPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[];
  readonly key: string;
  /** An apply can be sent again: what it says is there, or it conflicts. */
  readonly repeatable = true;
  readonly #cluster: Cluster;
  readonly #target: KubernetesTarget;
  readonly #namespace: string;
  /** Whether the Secret of an observation was made by us: what `put` must note again. */
  readonly #created = new WeakMap<Observation, boolean>();

  constructor(cluster: Cluster, target: KubernetesTarget, context: PlaceContext) {
    this.#cluster = cluster;
    this.#target = target;
    this.#namespace = target.namespace ?? context.namespace;
    const key: PlaceKey = { namespace: this.#namespace, name: target.name };
    this.key = JSON.stringify(key);
    this.address = `kubernetes:${cluster.uid}/${key.namespace}/${key.name}`;
    this.spots = [...new Set(target.outputs.flatMap((output) => keysOf(output)))];
  }

  async observe(desired: Desired, signal: AbortSignal): Promise<Observation> {
    const wanted = await this.#wanted(desired);
    const ref = { namespace: this.#namespace, name: this.#target.name };
    try {
      return await this.#observed(await this.#cluster.client.get(Secret, ref, { signal }), wanted);
    } catch (error) {
      if (isKubeError(error, "NotFound")) return { state: "Absent" };
      throw meaningOf(error, this.#asked("get"));
    } finally {
      wipe(wanted);
    }
  }

  /**
   * Writes by server-side apply. A Secret that was there is written on condition of its version. One that was not is applied
   * without force, since an apply cannot be told to create only (tried): if another one has made the Secret meanwhile, our
   * keys conflict with its own, and its other keys make `created` false.
   */
  async put(desired: Desired, before: Observation, signal: AbortSignal): Promise<PutResult> {
    const wanted = await this.#wanted(desired);
    const absent = before.state === "Absent";
    try {
      const seen = before.state === "Absent" ? undefined : before.remote;
      const first = await this.#apply(wanted, seen, this.#created.get(before) ?? absent, signal);
      if (first === undefined) return { outcome: "Changed" };
      if (!absent || first.created) return { outcome: "Written", seen: await this.#observed(first.object, wanted) };
      // Not ours alone, as it turned out: take back that we made it.
      const { uid = "", resourceVersion = "" } = first.object.metadata;
      const second = await this.#apply(wanted, { id: uid, version: resourceVersion }, false, signal);
      if (second === undefined) return { outcome: "Changed" };
      return { outcome: "Written", seen: await this.#observed(second.object, wanted) };
    } finally {
      wipe(wanted);
    }
  }

  async #observed(secret: Secret, wanted: Wanted): Promise<Observation> {
    const observation = await observed(secret, wanted);
    const ours = marksOf(secret.metadata).find(({ mark }) => mark === wanted.mark);
    this.#created.set(observation, ours?.created ?? false);
    return observation;
  }

  /**
   * Undefined when the Secret changed meanwhile; without `seen` it is to be made. The uid is stated as well as the version: an
   * apply with a version alone makes a Secret anew that has been deleted (tried), with its uid it is a conflict.
   */
  async #apply(
    wanted: Wanted,
    seen: Remote | undefined,
    created: boolean,
    signal: AbortSignal,
  ): Promise<{ object: Secret; created: boolean } | undefined> {
    const { target, mark, content, type } = wanted;
    const note = writeMark({ mark, keys: [...content.keys()], created });
    const body = {
      metadata: {
        namespace: this.#namespace,
        name: target.name,
        ...(seen === undefined ? {} : { uid: seen.id, resourceVersion: seen.version }),
        ...(target.labels === undefined ? {} : { labels: target.labels }),
        annotations: { ...target.annotations, [markName(mark)]: note },
      },
      type,
      data: Object.fromEntries([...content].map(([key, value]) => [key, value.toString("base64")])),
    };
    const force = seen !== undefined;
    try {
      return await this.#cluster.client.apply(Secret, body, { fieldManager: fieldManagerOf(mark), force, signal });
    } catch (error) {
      if (isKubeError(error, "Conflict") || (force && isKubeError(error, "NotFound"))) return undefined;
      throw meaningOf(error, this.#asked(force ? "patch" : "create"));
    }
  }

  async #wanted(desired: Desired): Promise<Wanted> {
    const { outputs, type } = this.#target;
    const fallback = outputs.some(({ format }) => format === "TLS") ? "kubernetes.io/tls" : "Opaque";
    return {
      target: this.#target,
      spots: this.spots,
      type: type ?? fallback,
      mark: desired.mark,
      content: await contentOf(this.#target, desired),
    };
  }

  #asked(verb: Asked["verb"]): Asked {
    return { verb, namespace: this.#namespace, name: this.#target.name, as: this.#cluster.as };
  }
}

function wipe({ content }: Wanted): void {
  for (const value of content.values()) value.fill(0);
}
