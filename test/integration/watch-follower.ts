import { setTimeout as sleep } from "node:timers/promises";
import {
  ConfigMap,
  Informer,
  type InformerProblem,
  isKubeError,
  type KubeClient,
  type KubeErrorReason,
} from "../../src/kube/index.ts";
import { eventually } from "../control-plane/index.ts";

const fields = { fieldManager: "test", force: true };

/** An informer of the ConfigMaps of a namespace, and what its handlers know. It waits a hundredth of what it should. */
export class Follower {
  readonly informer: Informer<ConfigMap>;
  /** `+ name`, `~ name`, `- name`, in order. */
  readonly told: string[] = [];
  readonly problems: InformerProblem[] = [];
  /** In milliseconds, as they should be. */
  readonly waits: number[] = [];
  readonly #view = new Map<string, ConfigMap>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(client: KubeClient, namespace: string) {
    const clock = {
      now: () => performance.now(),
      random: () => 0,
      sleep: (milliseconds: number, signal: AbortSignal) => {
        this.waits.push(milliseconds);
        return sleep(milliseconds / 100, undefined, { signal });
      },
    };
    const onProblem = (problem: InformerProblem): number => this.problems.push(problem);
    this.informer = new Informer(client, ConfigMap, { namespaces: [namespace], clock, onProblem });
    this.informer.onChange(({ key, old, new: now }) => {
      const name = key.slice(namespace.length + 1);
      this.told.push(`${old === undefined ? "+" : now === undefined ? "-" : "~"} ${name}`);
      if (now === undefined) this.#view.delete(name);
      else this.#view.set(name, now);
    });
    this.#running = this.informer.run(this.#stop.signal);
  }

  /** Why lists and watches failed so far. */
  get reasons(): (KubeErrorReason | undefined)[] {
    return this.problems.map(({ error }) => (isKubeError(error) ? error.reason : undefined));
  }

  /** Resolves when cache and handlers know exactly these objects, by `data.value`. */
  knows(values: Readonly<Record<string, string>>): Promise<true> {
    const wanted = JSON.stringify(sorted(Object.entries(values)));
    return eventually("the cache to be as the server is", () => {
      const cached = [...this.informer.values()].map((object) => [object.metadata.name, valueOf(object)] as const);
      const told = [...this.#view].map(([name, object]) => [name, valueOf(object)] as const);
      if (JSON.stringify(sorted(cached)) === wanted && JSON.stringify(sorted(told)) === wanted) return true;
      throw new Error(`it holds ${JSON.stringify(sorted(cached))}, told were ${this.told.join(", ")}`);
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

/** ConfigMaps of one namespace with one value each. */
export class Values {
  readonly #client: KubeClient;
  readonly #namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  async set(name: string, value: string): Promise<void> {
    const object = { metadata: { namespace: this.#namespace, name }, data: { value } };
    await this.#client.apply(ConfigMap, object, { ...fields, signal: AbortSignal.timeout(20_000) });
  }

  async delete(name: string): Promise<void> {
    const ref = { namespace: this.#namespace, name };
    await this.#client.delete(ConfigMap, ref, { signal: AbortSignal.timeout(20_000) });
  }
}

function sorted<T>(entries: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function valueOf({ data }: ConfigMap): string {
  return data?.["value"] ?? "";
}
