import { expect } from "vitest";
import type { Observation, Place, Remote, RemoveResult, Store } from "../../src/stores/contract.ts";
import { TransientError } from "../../src/stores/errors.ts";
import type { Issued } from "../fixtures/pki.ts";
import { desiredOf, writeTo } from "../fixtures/place.ts";
import type { Fault, Fixture } from "./fixture.ts";

export const ours = "me/StoreDeployment/shop/web/t";
export const theirs = "me/StoreDeployment/shop/other/t";

/** One row at work: a spot of its own, and two certificates for it. */
export class Scene {
  readonly fixture: Fixture;
  readonly spot: string;
  readonly first: Issued;
  readonly second: Issued;
  readonly signal = AbortSignal.timeout(60_000);
  readonly #stores: Store[] = [];
  /** What lay there after the last write, by the mark of whoever wrote: a store without room for marks knows it by that. */
  readonly #remotes = new Map<string, Remote>();
  /** A write of ours has no receipt. */
  #unsure: { readonly since: Date } | undefined;

  constructor(fixture: Fixture, spot: string, [first, second]: readonly [Issued, Issued]) {
    this.fixture = fixture;
    this.spot = spot;
    this.first = first;
    this.second = second;
  }

  async store(): Promise<Store> {
    const store = await this.fixture.open();
    this.#stores.push(store);
    return store;
  }

  /** As a new process finds it. */
  async place(): Promise<Place> {
    return this.placeIn(await this.store());
  }

  placeIn(store: Store, mark = ours): Place {
    const secret = (): Buffer => Buffer.alloc(0);
    const remote = this.#remotes.get(mark);
    return store.place(this.fixture.block(this.spot), { namespace: "shop", name: "web", secret, remote });
  }

  async look(leaf: Issued, mark = ours): Promise<Observation> {
    const place = this.placeIn(await this.store(), mark);
    return place.observe(await desiredOf(leaf, mark), this.signal, this.#unsure);
  }

  /** @param putting the signal of the write itself */
  async write(leaf: Issued, mark = ours, putting = this.signal): Promise<Observation> {
    const place = this.placeIn(await this.store(), mark);
    const seen = await writeTo(place, await desiredOf(leaf, mark), this.signal, putting);
    if (seen.state !== "Absent") this.#remotes.set(mark, seen.remote);
    return seen;
  }

  async remove(mark = ours): Promise<RemoveResult> {
    const store = await this.store();
    const context = { readSecret: () => Promise.resolve(new Map<string, Buffer>()) };
    return store.remove(this.placeIn(store, mark).key, mark, context, this.signal);
  }

  /** Tries to write the second certificate over the first under a fault, and says what is thrown. */
  async failure(fault: Fault, signal = this.signal): Promise<unknown> {
    await this.write(this.first);
    const since = new Date();
    let thrown: unknown;
    const work = async (): Promise<void> => {
      thrown = await this.write(this.second, ours, signal).catch((error: unknown) => error);
    };
    await this.fixture.suffer(fault, work, { spot: this.spot, leaf: this.second });
    if (thrown instanceof TransientError && thrown.happened === "unknown") this.#unsure = { since };
    return thrown;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
  }
}

/** What lies there is whole of one certificate, and a look says so. */
export async function holds(scene: Scene, leaf: Issued, mark = ours): Promise<void> {
  expect(await scene.fixture.read(scene.spot)).toBe(leaf.pem);
  expect(await scene.look(leaf, mark)).toMatchObject({ state: "Present", differs: [], holders: { ours: true } });
}
