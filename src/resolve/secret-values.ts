import type { SecretKeyRef } from "../crds/index.ts";
import type { Cache, KubeClient, PartialObjectMetadata } from "../kube/index.ts";
import { WaitingError } from "../stores/errors.ts";
import { readSecret } from "./material.ts";

export interface SecretOptions {
  readonly client: KubeClient;
  /** What the operator may read: an object that is not here is not read, whatever the API server would say. */
  readonly secrets: Cache<PartialObjectMetadata>;
  /** Limits which Secrets are read; named in the message for one that is not found. */
  readonly secretSelector?: string | undefined;
}

/** Reads single values of Secrets that a spec refers to: passwords. */
export class SecretValues {
  readonly #options: SecretOptions;

  constructor(options: SecretOptions) {
    this.#options = options;
  }

  /** Names the version of the Secrets that are referred to now, without reading them. */
  version(namespace: string, refs: readonly SecretKeyRef[]): string {
    return refs.map(({ name }) => versionOf(this.#options.secrets.get(`${namespace}/${name}`))).join(",");
  }

  /**
   * Lends the values, the bytes as they lie there, to `work`, and wipes them when it is done. Throws `WaitingError`:
   * `SecretMissing`, `SecretKeyMissing`; or what `readSecret` throws.
   */
  async use<T>(
    namespace: string,
    refs: readonly SecretKeyRef[],
    signal: AbortSignal,
    work: (values: ReadonlyMap<string, Buffer>) => Promise<T>,
  ): Promise<T> {
    const values = new Map<string, Buffer>();
    try {
      for (const ref of refs) {
        if (!values.has(refName(ref))) values.set(refName(ref), await this.#read(namespace, ref, signal));
      }
      return await work(values);
    } finally {
      for (const value of values.values()) value.fill(0);
    }
  }

  async #read(namespace: string, { name, key }: SecretKeyRef, signal: AbortSignal): Promise<Buffer> {
    if (this.#options.secrets.get(`${namespace}/${name}`) === undefined) {
      throw secretMissing(namespace, name, this.#options.secretSelector);
    }
    const { what, values } = await readSecret(this.#options.client, namespace, name, signal);
    const value = values.get(key);
    for (const [other, bytes] of values) if (other !== key) bytes.fill(0);
    if (value !== undefined) return value;
    throw new WaitingError("SecretKeyMissing", `${what} has no key ${key}; put the password there.`);
  }
}

/** The name of a reference in what `use` lends. */
export function refName({ name, key }: SecretKeyRef): string {
  return `${name}/${key}`;
}

export function versionOf(object: PartialObjectMetadata | undefined): string {
  return object === undefined ? "absent" : `${object.metadata.uid}:${object.metadata.resourceVersion}`;
}

export function secretMissing(namespace: string, name: string, selector: string | undefined): WaitingError {
  const limit = selector === undefined ? "" : ` or lacks the labels that the operator reads (${selector})`;
  return new WaitingError(
    "SecretMissing",
    `Secret ${name} does not exist in namespace ${namespace}${limit}; create it.`,
  );
}
