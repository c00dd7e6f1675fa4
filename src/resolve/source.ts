import type { SourceSpec } from "../crds/index.ts";
import { type Bundle, type CertificateFacts, certificateFacts, zero } from "../formats/index.ts";
import type { Cache, KubeClient, PartialObjectMetadata } from "../kube/index.ts";
import { type StoreError, TerminalError, WaitingError } from "../stores/errors.ts";
import { type Material, readMaterial } from "./material.ts";
import { bundleFrom } from "./source-bundle.ts";
import { checkUsable } from "./usable.ts";

/** A source that has been read and checked. */
export interface Source {
  readonly bundle: Bundle;
  readonly facts: CertificateFacts;
  /** What was read, for status. */
  readonly read: { readonly format: string; readonly resourceVersion: string };
}

export interface SourceOptions {
  readonly client: KubeClient;
  /** What the operator may read: an object that is not here is not read, whatever the API server would say. */
  readonly secrets: Cache<PartialObjectMetadata>;
  readonly configMaps: Cache<PartialObjectMetadata>;
  /** Limits which Secrets are read; named in the message for one that is not found. */
  readonly secretSelector?: string | undefined;
}

interface Flight {
  readonly source: Promise<Source>;
  users: number;
}

/** Failures are remembered for this many versions of sources; then the oldest is read again. */
const remembered = 4096;

/**
 * Reads sources. Those who want the same version of the same source at the same time share one read and one decode; the
 * private key is wiped when the last of them is done. What cannot be decoded is not read again until it changes.
 */
export class SourceResolver {
  readonly #options: SourceOptions;
  readonly #flights = new Map<string, Flight>();
  readonly #failures = new Map<string, StoreError>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Names the version of what a source would give now, without reading it; "absent" when it is not there. */
  version(namespace: string, spec: SourceSpec): string {
    const { metadata } = this.#find(namespace, spec) ?? {};
    return metadata === undefined ? "absent" : `${metadata.uid}:${metadata.resourceVersion}`;
  }

  /**
   * Lends the bundle of a source to `work`. Throws the errors of `stores/errors.ts`: `SecretMissing`, `ConfigMapMissing`,
   * `SourceKeyMissing`, `NotReadable`, the codes of the formats, `Expired`, `NotYetValid`, `TemporaryCertificate`.
   * @param now the certificate must be valid then
   */
  async use<T>(
    namespace: string,
    spec: SourceSpec,
    now: Date,
    signal: AbortSignal,
    work: (source: Source) => Promise<T>,
  ): Promise<T> {
    const key = `${this.#presentVersion(namespace, spec)}:${JSON.stringify([spec.format, spec.keys])}`;
    const known = this.#failures.get(key);
    if (known !== undefined) throw known;
    const flight = this.#flights.get(key) ?? this.#start(key, namespace, spec, now, signal);
    flight.users += 1;
    try {
      const source = await flight.source;
      checkUsable(source.facts, now);
      return await work(source);
    } finally {
      flight.users -= 1;
      if (flight.users === 0) this.#land(key, flight);
    }
  }

  #start(key: string, namespace: string, spec: SourceSpec, now: Date, signal: AbortSignal): Flight {
    const flight: Flight = { source: this.#read(key, namespace, spec, now, signal), users: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  #land(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    const wipe = ({ bundle }: Source): void => zero(bundle);
    flight.source.then(wipe, () => {});
  }

  async #read(key: string, namespace: string, spec: SourceSpec, now: Date, signal: AbortSignal): Promise<Source> {
    const material = await readMaterial(this.#options.client, namespace, spec, signal);
    try {
      return await this.#decode(material, spec, now);
    } catch (error) {
      if (error instanceof TerminalError) this.#remember(key, error);
      throw error;
    } finally {
      for (const value of material.values.values()) value.fill(0);
    }
  }

  async #decode(material: Material, spec: SourceSpec, now: Date): Promise<Source> {
    const { bundle, format } = await bundleFrom(material, spec, now);
    return {
      bundle,
      facts: certificateFacts(bundle.leaf),
      read: { format, resourceVersion: material.resourceVersion },
    };
  }

  #remember(key: string, error: StoreError): void {
    this.#failures.set(key, error);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > remembered && oldest !== undefined) this.#failures.delete(oldest);
  }

  #presentVersion(namespace: string, spec: SourceSpec): string {
    const found = this.version(namespace, spec);
    if (found !== "absent") return found;
    const { secretSelector } = this.#options;
    if (spec.secretRef === undefined) {
      const message = `ConfigMap ${spec.configMapRef?.name ?? ""} does not exist in namespace ${namespace}; create it.`;
      throw new WaitingError("ConfigMapMissing", message);
    }
    const limit =
      secretSelector === undefined ? "" : ` or lacks the labels that the operator reads (${secretSelector})`;
    throw new WaitingError(
      "SecretMissing",
      `Secret ${spec.secretRef.name} does not exist in namespace ${namespace}${limit}; create it.`,
    );
  }

  #find(namespace: string, spec: SourceSpec): PartialObjectMetadata | undefined {
    const { secretRef, configMapRef } = spec;
    if (secretRef !== undefined) return this.#options.secrets.get(`${namespace}/${secretRef.name}`);
    return configMapRef === undefined ? undefined : this.#options.configMaps.get(`${namespace}/${configMapRef.name}`);
  }
}
