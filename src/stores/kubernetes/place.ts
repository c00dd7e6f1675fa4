import { apiVersionOf, isKubeError, type KubeClient } from "../../kube/index.ts";
import type { Desired, Observation, Place, PlaceContext, PutResult } from "../contract.ts";
import { contentOf, keystoresOf } from "../outputs/content.ts";
import { wantedKeys } from "../outputs/look.ts";
import { type Made, madeFor } from "../outputs/made.ts";
import { keysOf } from "../outputs/output.ts";
import { type Asked, meaningOf } from "./failure.ts";
import { fieldManagerOf, type Mark, markName, marksOf, overlapping, writeMark } from "./mark.ts";
import { handOver, sharedKeystores } from "./hand-over.ts";
import { bytesIn, type Holder } from "./holder.ts";
import { foundIn, markFor, observed, type Wanted } from "./observe.ts";
import { placeKey } from "./place-key.ts";
import { type HolderTarget } from "./target.ts";

/** The cluster that a store leads to, and as whom. */
export interface Cluster {
  readonly client: KubeClient;
  /** Uid of its kube-system: the same cluster has the same places, whichever store leads there. */
  readonly uid: string;
  readonly as: string;
}

/**
 * A version that no object has, since the first write to an empty etcd is revision 2. An apply with it makes one that is
 * absent and is a conflict with one that is there (tried): the create-only that apply does not have.
 */
const neverStored = "1";

interface MarksSeen {
  /** Whether our mark says that we made the object: to be noted again. */
  readonly created: boolean;
  /**
   * Marks of others on our spots. They lose these spots by our write: a resource that comes back later must not find a mark
   * that says it still holds what has become another's.
   */
  readonly taken: readonly Mark[];
  /** Of a Secret: what wants one key of it takes it as it is, and has to say its type. */
  readonly type?: string | undefined;
  /** Keystores that we shall leave, with entries of others in them. */
  readonly leaving: ReadonlyMap<string, Buffer>;
}

const noMarks: MarksSeen = { created: false, taken: [], leaving: new Map() };

/** What must still be so for a write to happen. */
interface Condition extends MarksSeen {
  readonly uid?: string;
  readonly resourceVersion: string;
}

/** Keys of one Secret or ConfigMap. */
export class HolderPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[];
  readonly key: string;
  /** An apply can be sent again: what it says is there, or it conflicts. */
  readonly repeatable = true;
  readonly #cluster: Cluster;
  readonly #target: HolderTarget;
  readonly #context: PlaceContext;
  readonly #namespace: string;
  /** The marks that an observation saw, for the `put` that follows it. */
  readonly #marks = new WeakMap<Observation, MarksSeen>();

  constructor(cluster: Cluster, target: HolderTarget, context: PlaceContext) {
    this.#cluster = cluster;
    this.#target = target;
    this.#context = context;
    this.#namespace = target.namespace ?? context.namespace;
    this.key = placeKey(cluster.uid, this.#namespace, target);
    const inNamespace = `${this.#namespace}/${target.name}`;
    this.address = `kubernetes:${cluster.uid}/${target.holder.kind === "Secret" ? "" : "configmaps/"}${inNamespace}`;
    this.spots = [...new Set(target.outputs.flatMap((output) => keysOf(output)))];
  }

  async observe(desired: Desired, signal: AbortSignal): Promise<Observation> {
    const wanted = await this.#wanted(desired);
    const ref = { namespace: this.#namespace, name: this.#target.name };
    try {
      const { resource } = this.#target.holder;
      return await this.#observed(await this.#cluster.client.get(resource, ref, { signal }), wanted, signal);
    } catch (error) {
      if (isKubeError(error, "NotFound")) return { state: "Absent" };
      throw meaningOf(error, this.#asked("get"));
    } finally {
      wipe(wanted);
    }
  }

  async put(desired: Desired, before: Observation, signal: AbortSignal): Promise<PutResult> {
    const wanted = await this.#wanted(desired);
    let made: Made | undefined;
    try {
      const condition = this.#conditionOf(before);
      made = await this.#keystores(wanted, condition, signal);
      const stored = made === undefined ? undefined : await this.#apply(wanted, made, condition, signal);
      if (stored === undefined) return { outcome: "Changed" };
      return { outcome: "Written", seen: await this.#observed(stored, wanted, signal) };
    } finally {
      wipe(wanted);
      if (made !== undefined) wipe(made);
    }
  }

  /** A keystore is made from what lies there, so that is read again; undefined when it has changed since the look. */
  async #keystores(wanted: Wanted, condition: Condition, signal: AbortSignal): Promise<Made | undefined> {
    if (wanted.keystores.length === 0) return { content: wanted.content, records: {} };
    const object = await this.#again(condition, signal);
    const { holder } = wanted.target;
    return object === undefined ? undefined : madeFor(foundIn(holder, object, wanted.mark), wanted, signal);
  }

  /** The object of the look, an empty one where there was none. */
  async #again({ uid, resourceVersion }: Condition, signal: AbortSignal): Promise<Holder | undefined> {
    const { kind, resource } = this.#target.holder;
    const ref = { namespace: this.#namespace, name: this.#target.name };
    if (uid === undefined) return { apiVersion: apiVersionOf(resource), kind, metadata: ref };
    try {
      const object = await this.#cluster.client.get(resource, ref, { signal });
      return object.metadata.resourceVersion === resourceVersion ? object : undefined;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw meaningOf(error, this.#asked("get"));
    }
  }

  async #observed(object: Holder, wanted: Wanted, signal: AbortSignal): Promise<Observation> {
    const observation = await observed(object, wanted, signal);
    const marks = marksOf(object.metadata);
    this.#marks.set(observation, {
      created: marks.some((one) => one.created && (one.mark === wanted.mark || isTakenWhole(one, wanted))),
      taken: overlapping(marks, wanted),
      type: object.type,
      leaving: leavingOf(object, marks, wanted),
    });
    return observation;
  }

  #conditionOf(before: Observation): Condition {
    if (before.state === "Absent") return { ...noMarks, resourceVersion: neverStored, created: true };
    const { id: uid, version: resourceVersion = neverStored } = before.remote;
    return { ...(this.#marks.get(before) ?? noMarks), uid, resourceVersion };
  }

  /**
   * Server-side apply on condition of what the look saw; undefined when that is not so any more. The uid is stated as well as
   * the version: an apply with a version alone makes an object anew that has been deleted (tried), with its uid it is a conflict.
   */
  async #apply(
    wanted: Wanted,
    { content, records }: Made,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<Holder | undefined> {
    const { target, spots, mark } = wanted;
    const { created, taken, leaving, type = wanted.type, ...seen } = condition;
    const marks = [
      markFor(wanted, created, records),
      ...taken.map((other) => ({ ...other, keys: other.keys.filter((key) => !spots.includes(key)) })),
    ];
    const metadata = { namespace: this.#namespace, name: target.name, ...seen };
    try {
      const { client } = this.#cluster;
      const { kind, resource, fields } = target.holder;
      const head = type === undefined ? {} : { type };
      const before = { apiVersion: apiVersionOf(resource), kind, metadata, ...head };
      const left = await handOver(client, before, leaving, signal);
      const body = {
        metadata: {
          ...metadata,
          resourceVersion: left.metadata.resourceVersion ?? seen.resourceVersion,
          ...(target.labels === undefined ? {} : { labels: target.labels }),
          annotations: {
            ...target.annotations,
            ...Object.fromEntries(marks.map((one) => [markName(one.mark), writeMark(one)])),
          },
        },
        ...head,
        ...fields(content),
      };
      const options = { fieldManager: fieldManagerOf(mark), force: true, signal };
      return (await client.apply(resource, body, options)).object;
    } catch (error) {
      if (isKubeError(error, "Conflict")) return undefined;
      throw meaningOf(error, this.#asked(seen.uid === undefined ? "create" : "patch"));
    }
  }

  async #wanted(desired: Desired): Promise<Wanted> {
    const { outputs, type } = this.#target;
    return {
      target: this.#target,
      spots: this.spots,
      type: type ?? typeFor(outputs),
      mark: desired.mark,
      bundle: desired.bundle,
      keystores: keystoresOf(this.#target, desired, this.#context),
      content: await contentOf(this.#target, desired),
    };
  }

  #asked(verb: Asked["verb"]): Asked {
    const { holder, name } = this.#target;
    return { verb, resource: holder.resource, namespace: this.#namespace, name, as: this.#cluster.as };
  }
}

/** Whether all that a resource of the same operator wrote becomes ours by a write: then we made the object in its stead. */
function isTakenWhole(other: Mark, { mark, spots }: Wanted): boolean {
  const sameOperator = other.mark.split("/", 1)[0] === mark.split("/", 1)[0];
  return sameOperator && other.keys.length > 0 && other.keys.every((key) => spots.includes(key));
}

/** Keystores that no output names any more: entries of others in them are none of ours to take away. */
function leavingOf(object: Holder, marks: readonly Mark[], wanted: Wanted): ReadonlyMap<string, Buffer> {
  const ours = marks.find(({ mark }) => mark === wanted.mark);
  if (ours === undefined) return new Map();
  const keys = new Set(wantedKeys(wanted));
  const gone = ours.keys.filter((key) => !keys.has(key));
  const { holder } = wanted.target;
  return new Map(sharedKeystores(holder, object, ours, gone).map((key) => [key, bytesIn(holder, object, key)]));
}

/** The type of the Secret that outputs ask for; none where a file goes beside whatever is there. */
function typeFor(outputs: HolderTarget["outputs"]): string | undefined {
  if (outputs.some(({ format }) => format === "TLS")) return "kubernetes.io/tls";
  return outputs.every(({ format }) => format === "AsIs") ? undefined : "Opaque";
}

function wipe({ content }: Pick<Wanted, "content">): void {
  for (const value of content.values()) value.fill(0);
}
