import type { PreviousPlace } from "../../crds/index.ts";
import type { CacheEvent, Informer, KubeClient, KubeObject } from "../../kube/index.ts";
import { keyOf } from "../../kube/index.ts";
import {
  Controller,
  type Logger,
  type Metrics,
  type Priority,
  type Reconciliation,
  type ReconcileResult,
} from "../../runtime/index.ts";
import type { Entry, Visitor } from "../../stores/gate/index.ts";
import { type DeliveryContext, deliveryUse } from "./context.ts";
import type { CommonStatus, DeliveryKind, DeliveryObject } from "./kind.ts";
import { abandon, finalizer } from "./leaving.ts";
import { mustStay, reconcileObject } from "./object.ts";
import { Rollouts } from "./rollouts.ts";
import { StatusSaver } from "./saver.ts";
import { Sightings } from "./sightings.ts";
import { enterSource } from "./source.ts";
import { storesNeeded } from "./stores-in-use.ts";
import { deliverNow, reconcileRequest, type Subject, type Target } from "./subject.ts";
import { reconcileTarget } from "./target.ts";

export interface DeliveryControllerOptions<T extends DeliveryObject> {
  readonly client: KubeClient;
  readonly kind: DeliveryKind<T>;
  readonly cache: Informer<T & KubeObject>;
  readonly context: DeliveryContext;
  readonly workers: number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What of an object's last run the next one needs to know. */
interface Known {
  /** Generation and reconcile request that the targets were last dispatched for. */
  dispatched: string;
  targets: readonly string[];
}

/**
 * One kind that delivers. A key is an object (`namespace/name`) or one of its targets (`namespace/name#target`): the
 * object's run sees to what concerns it as a whole and dispatches the targets, which then live on their own.
 */
export class DeliveryController<T extends DeliveryObject> {
  readonly controller: Controller;
  readonly #options: DeliveryControllerOptions<T>;
  readonly #saver: StatusSaver<T>;
  readonly #known = new Map<string, Known>();
  readonly #sightings = new Sightings();
  readonly #rollouts = new Rollouts((key, target) => this.enqueueTarget(key, target));
  /** How many targets of an object are under way. */
  readonly #busy = new Map<string, number>();

  constructor(options: DeliveryControllerOptions<T>) {
    const { client, kind, cache, context, workers, metrics, log } = options;
    this.#options = options;
    const { now, writesSuspended } = context;
    const onForgotten = (subject: Subject, places: readonly PreviousPlace[]): void => {
      for (const { place } of places) {
        const message = `${place.address} stays: too many places that were left before could not be removed yet.`;
        context.tell(subject, { type: "Warning", outcome: "LeftBehind", message });
      }
    };
    this.#saver = new StatusSaver({ client, kind, cache, now, writesSuspended, onForgotten });
    this.controller = new Controller({
      name: kind.kind.toLowerCase(),
      workers,
      metrics,
      log,
      now,
      reconcile: (run) => this.#reconcile(run),
    });
    cache.onChange((event) => this.#changed(event));
  }

  /** Runs what concerns an object as a whole again. */
  enqueue(key: string): void {
    this.controller.enqueue(key);
  }

  /** Runs every target of an object again: its source or its import has changed. */
  enqueueTargets(key: string, priority: Priority = "High"): void {
    const object = this.#options.cache.get(key);
    if (object === undefined) return;
    for (const { name } of this.#options.kind.subjectOf(object).targets) this.enqueueTarget(key, name, priority);
  }

  enqueueTarget(key: string, target: string, priority: Priority = "High"): void {
    this.controller.enqueue(`${key}#${target}`, priority);
  }

  /** Our own status writes wake nobody; a deletion, another spec or a new request does. */
  #changed({ key, old, new: object, initial }: CacheEvent<T & KubeObject>): void {
    const { kind, context } = this.#options;
    const [before, subject] = [old, object].map((one) => one && kind.subjectOf(one));
    if (subject === undefined) this.#sightings.forget(key);
    else this.#sightings.note(key, subject.records, { initial });
    context.storesInUse.changed(
      before === undefined ? [] : storesNeeded(before, old?.status?.previous ?? []),
      subject === undefined ? [] : storesNeeded(subject, object?.status?.previous ?? []),
    );
    if (old !== undefined && object !== undefined && wanted(old) === wanted(object)) return;
    this.controller.enqueue(key, initial ? "Low" : "High");
  }

  async #reconcile(run: Reconciliation): Promise<ReconcileResult> {
    const [key = "", target] = run.key.split("#");
    const object = this.#options.cache.get(key);
    if (object === undefined) {
      this.#withdraw(run.key);
      return this.#gone(key);
    }
    return target === undefined ? this.#object(key, object, run) : this.#target(key, target, object, run);
  }

  async #object(key: string, object: T & KubeObject, run: Reconciliation): Promise<ReconcileResult> {
    const { client, kind, context } = this.#options;
    const subject = kind.subjectOf(object);
    const status: CommonStatus = object.status ?? {};
    const targets = subject.targets.map(({ name }) => name);
    const before = this.#known.get(key);
    for (const name of before?.targets ?? []) {
      if (!targets.includes(name)) context.metrics.forgetTarget(kind.kind, subject.namespace, subject.name, name);
    }
    const dispatched = wanted(object);
    const dispatch = (): void => {
      if (before?.dispatched === dispatched) return;
      this.#known.set(key, { dispatched, targets });
      for (const name of targets) this.enqueueTarget(key, name, before === undefined ? "Low" : "High");
    };
    return reconcileObject(
      context,
      {
        client,
        kind,
        object,
        subject,
        previous: status.previous ?? [],
        lastHandled: status.lastHandledReconcileAt,
        lastOpened: status.lastHandledDeliverNow,
        saver: this.#saver,
        learn: (answer) => this.#options.cache.applyAnswer(answer),
        busy: (this.#busy.get(key) ?? 0) > 0,
        dispatch,
        again: () => this.controller.enqueue(key),
      },
      { key, signal: run.signal },
    );
  }

  async #target(key: string, name: string, object: T & KubeObject, run: Reconciliation): Promise<ReconcileResult> {
    const { context, kind } = this.#options;
    const subject = kind.subjectOf(object);
    const target = subject.targets.find((other) => other.name === name);
    // What changed for a target changes what its removal waits for.
    if (subject.deleting) this.controller.enqueue(key);
    if (target === undefined || subject.deleting) {
      this.#withdraw(run.key);
      return {};
    }
    const previous = object.status?.previous ?? [];
    if (isExposed(object, subject, previous) || !context.storesInUse.held(storesNeeded(subject, previous))) {
      // The finalizers are there before the first write; the object's run sets them and comes back here.
      this.#known.delete(key);
      this.controller.enqueue(key);
      return {};
    }
    const visit = this.#enter(key, subject, target, run.priority);
    if (visit.state === "Parked" && visit.why === undefined) return {};
    const { refusal, leave } =
      visit.state === "Entered" ? { refusal: undefined, leave: visit.leave } : { refusal: visit.why, leave: () => {} };
    this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
    try {
      const found = {
        key,
        subject,
        target,
        previous,
        sightings: this.#sightings,
        rollouts: this.#rollouts,
        refusal,
        leave,
      };
      const result = await reconcileTarget(context, this.#saver, found, run);
      if (this.#concernsObject(key)) this.controller.enqueue(key);
      return result;
    } finally {
      const left = (this.#busy.get(key) ?? 1) - 1;
      if (left === 0) this.#busy.delete(key);
      else this.#busy.set(key, left);
    }
  }

  /** Whether what a target has come to is the object's business: places that it has left, a job for which it is to be kept. */
  #concernsObject(key: string): boolean {
    const object = this.#options.cache.get(key);
    if (object === undefined) return false;
    const previous = object.status?.previous ?? [];
    const subject = this.#options.kind.subjectOf(object);
    return previous.length > 0 || mustStay(subject, previous) !== isKept(object);
  }

  /** A place that does not hold the certificate goes before one that is only looked at again. */
  #enter(key: string, subject: Subject, target: Target, priority: Priority): Entry {
    const { name, storeRef } = target;
    const urgent = priority === "High" || subject.records.get(name)?.phase !== "Delivered";
    const visitor: Visitor = {
      id: this.#visitorOf(`${key}#${name}`),
      urgency: urgent ? "Write" : "Refresh",
      wake: () => this.enqueueTarget(key, name, urgent ? "High" : "Low"),
    };
    const { context } = this.#options;
    const into = context.stores.enter(subject.namespace, storeRef, deliveryUse(subject, target), visitor);
    if (into.state === "Parked" || !("download" in subject.source)) return into;
    const from = enterSource(context, subject.namespace, subject.source.download, visitor);
    if (from.state === "Parked") {
      into.leave();
      return from;
    }
    return { state: "Entered", leave: () => [from, into].forEach(({ leave }) => leave()) };
  }

  #withdraw(runKey: string): void {
    this.#options.context.stores.withdraw(this.#visitorOf(runKey));
  }

  /** The same as `resourceName`, for an object's own run. */
  #visitorOf(runKey: string): string {
    return `${this.#options.kind.kind}/${runKey}`;
  }

  #gone(key: string): ReconcileResult {
    const { kind, context } = this.#options;
    const [namespace = "", name = ""] = key.split("/");
    for (const target of this.#known.get(key)?.targets ?? []) {
      context.metrics.forgetTarget(kind.kind, namespace, name, target);
    }
    context.metrics.forget(kind.kind, namespace, name);
    this.#known.delete(key);
    this.#rollouts.forget(key);
    this.#saver.forget(key);
    const resource = `${kind.kind}/${namespace}/${name}`;
    context.succession.forget(resource);
    for (const waiter of context.claims.retain(resource, new Set())) context.wake(waiter);
    return {};
  }
}

/** Whether an object could go before what its end asks for is done. */
function isExposed(object: KubeObject, subject: Subject, previous: readonly PreviousPlace[]): boolean {
  return mustStay(subject, previous) && !isKept(object);
}

function isKept({ metadata }: KubeObject): boolean {
  return (metadata.finalizers ?? []).includes(finalizer);
}

/** All of an object that asks for a run. */
function wanted({ metadata }: KubeObject): string {
  const { uid, generation, annotations, deletionTimestamp } = metadata;
  const asked = [annotations?.[reconcileRequest], annotations?.[deliverNow], annotations?.[abandon]];
  return JSON.stringify([uid, generation, deletionTimestamp, ...asked]);
}

/** `namespace/name` of the object that a claimant's resource name means. */
export function keyOfResource(resource: string): string {
  const [, namespace = "", name = ""] = resource.split("/");
  return keyOf({ namespace, name });
}
