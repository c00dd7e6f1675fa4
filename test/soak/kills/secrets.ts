import { Informer, Secret } from "../../../src/kube/index.ts";
import type { World } from "../../integration/world.ts";
import { sha256 } from "./estate.ts";

/** Follows the Secrets of a namespace, and knows every certificate that each of them has held, in order. */
export class SecretsSeen {
  readonly #seen = new Map<string, string[]>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor({ plane, away }: World) {
    const informer = new Informer(plane.client, Secret, { namespaces: [away] });
    informer.onChange(({ key, new: secret }) => {
      const pem = Buffer.from(secret?.data?.["tls.crt"] ?? "", "base64").toString();
      this.#seen.set(key, [...(this.#seen.get(key) ?? []), pem === "" ? "none" : sha256(pem)]);
    });
    this.#running = informer.run(this.#stop.signal);
  }

  /** By name of the Secret. */
  get held(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#seen].map(([key, all]) => [key.split("/")[1] ?? "", all]));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
