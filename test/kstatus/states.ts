import { appendFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Condition, group, kinds, version } from "../../src/crds/index.ts";
import { Informer, type KubeClient, type KubeObject } from "../../src/kube/index.ts";

/** Beside what else the operator told, so that the search for leaks reads it too. */
const file = fileURLToPath(new URL("../../.vitest/leaks/status-of-all.told", import.meta.url));

/** An object of ours as it once was; of its spec only what conditions need. */
export interface ObjectState extends KubeObject {
  readonly spec: { readonly suspend?: boolean };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** Follows all objects of our kinds, and keeps every state that they had, until `signal` is aborted. Resolves when it sees all. */
export async function recordStates(client: KubeClient, signal: AbortSignal): Promise<void> {
  const informers = kinds.map(({ kind, plural, scope }) => {
    const namespaced = scope === "Namespaced";
    const informer = new Informer<ObjectState>(client, { group, version, kind, plural, namespaced });
    informer.onChange(({ new: object }) => {
      if (object !== undefined) appendFileSync(file, `${stateOf(object)}\n`, { mode: 0o600 });
    });
    void informer.run(signal);
    return informer;
  });
  await Promise.all(informers.map((informer) => informer.whenSynced(signal)));
}

/** In the order in which they were seen, each once. */
export function recordedStates(): ObjectState[] {
  const lines = new Set(readFileSync(file, "utf8").split("\n").filter(Boolean));
  return [...lines].map((line) => JSON.parse(line) as ObjectState);
}

function stateOf({ apiVersion, kind, metadata, spec, status }: ObjectState): string {
  const { name, namespace, uid, generation, deletionTimestamp } = metadata;
  const identity = { name, namespace, uid, generation, deletionTimestamp };
  return JSON.stringify({ apiVersion, kind, metadata: identity, spec: { suspend: spec.suspend }, status });
}
