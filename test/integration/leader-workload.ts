import { setTimeout as sleep } from "node:timers/promises";
import { StoreDeployments } from "../../src/controllers/resources.ts";
import { isKubeError, Secret } from "../../src/kube/index.ts";
import { type ControlPlane, eventually } from "../control-plane/index.ts";
import { type Issued, issue } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import type { Home } from "./leader-home.ts";
import { deployment, named, target } from "./world.ts";

const sources = ["first", "second"] as const;
const day = 86_400_000;
const rotateMs = 400;
const settleMs = 60_000;

/** Work at every moment: certificates that are renewed all the time, and deployments that come to places where nothing is. */
export class Workload {
  readonly #plane: ControlPlane;
  readonly #home: Home;
  readonly #stop = new AbortController();
  readonly #certificates = new Map<string, Issued>();
  /** Each place with the source that it must hold. */
  readonly #places = new Map<string, string>();
  #issuer: Issued | undefined;
  #rounds = 0;
  #running: Promise<void> | undefined;

  constructor(plane: ControlPlane, home: Home) {
    this.#plane = plane;
    this.#home = home;
  }

  /** Resolves when all that there is at first is delivered. */
  async start(): Promise<void> {
    this.#issuer = await issue({ subject: "CN=Hand-over CA", ca: true });
    for (const source of sources) {
      await this.#rotate(source);
      await this.#deploy(source, source, [`${source}-a`, `${source}-b`]);
    }
    await this.#settled();
    this.#running = this.#work();
  }

  /** Ends the changes, and waits until every place holds the newest certificate of its source. */
  async finish(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#settled();
  }

  /** Resolves after so many changes more. */
  async rounds(count: number): Promise<void> {
    const end = this.#rounds + count;
    await eventually(`${count} changes`, () => this.#rounds >= end);
  }

  get places(): number {
    return this.#places.size;
  }

  async #work(): Promise<void> {
    for (let round = 0; !this.#stop.signal.aborted; round += 1) {
      const source = sources[round % 2] ?? "first";
      try {
        await this.#rotate(source);
        if (round % 3 === 0) await this.#deploy(`new-${round}`, source, [`new-${round}`]);
      } catch (error) {
        // The API server may be away meanwhile.
        if (!isKubeError(error)) throw error;
      }
      this.#rounds += 1;
      await sleep(rotateMs, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #rotate(source: string): Promise<void> {
    const { home } = this.#home;
    const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 90 * day) };
    const host = `${source}.example.com`;
    const keys = this.#certificates.get(source)?.keys;
    const leaf = await issue({
      subject: `CN=${host}`,
      dnsNames: [host],
      ...dates,
      ...(this.#issuer && { issuer: this.#issuer }),
      ...(keys && { keys }),
    });
    rememberSecret(leaf.keyPem);
    const stringData = { "tls.crt": leaf.pem, "tls.key": leaf.keyPem };
    await this.#apply(Secret, { ...named("v1", "Secret", source, home), type: "kubernetes.io/tls", stringData });
    this.#certificates.set(source, leaf);
  }

  async #deploy(name: string, source: string, places: readonly string[]): Promise<void> {
    const { home, away } = this.#home;
    const targets = places.map((place) => target(place, away, place));
    await this.#apply(StoreDeployments, deployment(home, name, targets, { source: { secretRef: { name: source } } }));
    for (const place of places) this.#places.set(place, source);
  }

  async #apply(type: Parameters<ControlPlane["client"]["apply"]>[0], object: object): Promise<void> {
    const options = { fieldManager: "user", force: true, signal: AbortSignal.timeout(5_000) };
    await this.#plane.client.apply(type, object as Parameters<ControlPlane["client"]["apply"]>[1], options);
  }

  #settled(): Promise<unknown> {
    return eventually(
      "every place to hold the newest certificate",
      async () => {
        const { away } = this.#home;
        const signal = AbortSignal.timeout(5_000);
        const { items } = await this.#plane.client.list<Secret>(Secret, { namespace: away, signal });
        const held = new Map(items.map(({ metadata, data }) => [metadata.name, data?.["tls.crt"]]));
        for (const [place, source] of this.#places) {
          const newest = Buffer.from(this.#certificates.get(source)?.pem ?? "").toString("base64");
          if (held.get(place) !== newest) throw new Error(`${place} does not hold the newest of ${source}`);
        }
        return true;
      },
      { withinMs: settleMs, everyMs: 250 },
    );
  }
}
