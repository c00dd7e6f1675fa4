import type { SecretKeyRef, SourceSpec } from "../crds/index.ts";
import { type Bundle, type CertificateFacts, certificateFacts, zero } from "../formats/index.ts";
import type { Cache, PartialObjectMetadata } from "../kube/index.ts";
import type { Remote } from "../stores/contract.ts";
import { type StoreError, TerminalError, WaitingError } from "../stores/errors.ts";
import { type Material, readMaterial } from "./material.ts";
import type { Password, Passwords } from "./open-value.ts";
import { refName, secretMissing, type SecretOptions, SecretValues, versionOf } from "./secret-values.ts";
import { bundleFrom } from "./source-bundle.ts";
import { Turns } from "./turns.ts";
import { checkUsable } from "./usable.ts";

/** A source that has been read and checked. */
export interface Source {
  readonly bundle: Bundle;
  readonly facts: CertificateFacts;
  /** Which object was read, for status; absent where it was a store. */
  readonly read?: { readonly format: string; readonly resourceVersion: string } | undefined;
  /** A download's file as it came, and the name that the store gives it. */
  readonly file?: Buffer | undefined;
  readonly fileName?: string | undefined;
  /** What the store calls it that holds it already. */
  readonly held?: Remote | undefined;
  /** What was passed over or guessed, for the user. */
  readonly warnings: readonly string[];
}

export interface SourceOptions extends SecretOptions {
  readonly configMaps: Cache<PartialObjectMetadata>;
}

interface Flight {
  readonly source: Promise<Source>;
  users: number;
}

/** Failures are remembered for this many versions of sources; then the oldest is read again. */
const remembered = 4096;

/** As many as Node has threads for deriving keys. */
const decodesAtATime = 4;

/**
 * Reads sources. Those who want the same version of the same source at the same time share one read and one decode; the
 * private key is wiped when the last of them is done. What cannot be decoded is not read again until it changes.
 */
export class SourceResolver {
  readonly #options: SourceOptions;
  readonly #values: SecretValues;
  readonly #turns = new Turns(decodesAtATime);
  readonly #flights = new Map<string, Flight>();
  readonly #failures = new Map<string, StoreError>();

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#values = new SecretValues(options);
  }

  /** Names the version of what a source would give now, its passwords included, without reading it. */
  version(namespace: string, spec: SourceSpec): string {
    return [versionOf(this.#find(namespace, spec)), this.#values.version(namespace, passwordRefs(spec))].join("/");
  }

  /**
   * Lends the bundle of a source to `work`. Throws the errors of `stores/errors.ts`: `SecretMissing`, `ConfigMapMissing`,
   * `SourceKeyMissing`, `SecretKeyMissing`, `NotReadable`, the codes of the formats, `Expired`, `NotYetValid`, `TemporaryCertificate`.
   * @param now the certificate must be valid then
   */
  async use<T>(
    namespace: string,
    spec: SourceSpec,
    now: Date,
    signal: AbortSignal,
    work: (source: Source) => Promise<T>,
  ): Promise<T> {
    this.#mustExist(namespace, spec);
    const { format, keys, alias, passwordSecretRef, keyPasswordSecretRef } = spec;
    const options = JSON.stringify([format, keys, alias, passwordSecretRef, keyPasswordSecretRef]);
    const key = `${this.version(namespace, spec)}:${options}`;
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
      return await this.#values.use(namespace, passwordRefs(spec), signal, (values) =>
        this.#turns.take(namespace, () => decoded(material, spec, passwordsOf(spec, values), { now, signal })),
      );
    } catch (error) {
      if (error instanceof TerminalError) this.#remember(key, error);
      throw error;
    } finally {
      for (const value of material.values.values()) value.fill(0);
    }
  }

  #remember(key: string, error: StoreError): void {
    this.#failures.set(key, error);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > remembered && oldest !== undefined) this.#failures.delete(oldest);
  }

  #mustExist(namespace: string, spec: SourceSpec): void {
    if (this.#find(namespace, spec) !== undefined) return;
    if (spec.secretRef !== undefined) throw secretMissing(namespace, spec.secretRef.name, this.#options.secretSelector);
    const message = `ConfigMap ${spec.configMapRef?.name ?? ""} does not exist in namespace ${namespace}; create it.`;
    throw new WaitingError("ConfigMapMissing", message);
  }

  #find(namespace: string, spec: SourceSpec): PartialObjectMetadata | undefined {
    const { secretRef, configMapRef } = spec;
    if (secretRef !== undefined) return this.#options.secrets.get(`${namespace}/${secretRef.name}`);
    return configMapRef === undefined ? undefined : this.#options.configMaps.get(`${namespace}/${configMapRef.name}`);
  }
}

/** The Secrets beside the source itself that it depends on. */
export function passwordRefs({ passwordSecretRef, keyPasswordSecretRef }: SourceSpec): SecretKeyRef[] {
  return [passwordSecretRef, keyPasswordSecretRef].filter((ref) => ref !== undefined);
}

function passwordsOf(
  { passwordSecretRef, keyPasswordSecretRef }: SourceSpec,
  values: ReadonlyMap<string, Buffer>,
): Passwords {
  const password = (ref: SecretKeyRef | undefined): Password | undefined => {
    const bytes = ref && values.get(refName(ref));
    return bytes && { bytes, where: `Secret ${ref.name}, key ${ref.key},` };
  };
  return { store: password(passwordSecretRef), key: password(keyPasswordSecretRef) };
}

async function decoded(
  material: Material,
  spec: SourceSpec,
  passwords: Passwords,
  run: { readonly now: Date; readonly signal: AbortSignal },
): Promise<Source> {
  const { bundle, format, warnings } = await bundleFrom(material, spec, passwords, run);
  return {
    bundle,
    facts: certificateFacts(bundle.leaf),
    read: { format, resourceVersion: material.resourceVersion },
    warnings,
  };
}
