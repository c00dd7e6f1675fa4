import { expect } from "vitest";
import type { Observation, Place, RemoveResult, Store } from "../../src/stores/contract.ts";
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

  placeIn(store: Store): Place {
    const secret = (): Buffer => Buffer.alloc(0);
    return store.place(this.fixture.block(this.spot), { namespace: "shop", name: "web", secret });
  }

  async look(leaf: Issued, mark = ours): Promise<Observation> {
    return (await this.place()).observe(await desiredOf(leaf, mark), this.signal);
  }

  /** @param putting the signal of the write itself */
  async write(leaf: Issued, mark = ours, putting = this.signal): Promise<Observation> {
    return writeTo(await this.place(), await desiredOf(leaf, mark), this.signal, putting);
  }

  async remove(mark = ours): Promise<RemoveResult> {
    const store = await this.store();
    const context = { readSecret: () => Promise.resolve(new Map<string, Buffer>()) };
    return store.remove(this.placeIn(store).key, mark, context, this.signal);
  }

  /** Tries to write the second certificate over the first under a fault, and says what is thrown. */
  async failure(fault: Fault, signal = this.signal): Promise<unknown> {
    await this.write(this.first);
    let thrown: unknown;
    const work = async (): Promise<void> => {
      thrown = await this.write(this.second, ours, signal).catch((error: unknown) => error);
    };
    await this.fixture.suffer(fault, work, { spot: this.spot, leaf: this.second });
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
