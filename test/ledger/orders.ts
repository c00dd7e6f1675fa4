import { AnswerLost, type Entry, type Ledger, type Loss } from "./ledger.ts";

/** What an agent makes of an order: it is written into the ledger when it is `Done`. */
type OrderState = "Queued" | "Begun" | "Done" | "Failed" | "Cancelled";

/** An entry that is to be written later. */
export interface Order {
  readonly id: string;
  readonly entry: Entry;
  /** When the ledger took it, in milliseconds. */
  readonly at: number;
  readonly state: OrderState;
}

/** How long agents leave an order alone, and then work at it, in milliseconds. */
export interface Pace {
  readonly idleMs: number;
  readonly workMs: number;
}

/** What is ordered from a ledger: agents begin and end it by a pace of their own, or when they are told. */
export class Orders {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #lagMs: number;
  readonly #orders: { order: Order; begunAt?: number }[] = [];
  readonly #coming: { readonly at: number; readonly entry: Entry }[] = [];
  /** Orders that were taken while another one of the same title was open. */
  readonly collisions: Order[] = [];
  pace: Pace | undefined;

  /** @param lagMs how long it is at an order whose answer is lost `During` it */
  constructor(ledger: Ledger, now: () => number, lagMs = 20_000) {
    this.#ledger = ledger;
    this.#now = now;
    this.#lagMs = lagMs;
  }

  /** @param loss how the answer is lost */
  take(entry: Entry, loss?: Loss): Order {
    this.#advance();
    if (loss === "During") this.#coming.push({ at: this.#now() + this.#lagMs, entry });
    if (loss === "Before" || loss === "During") throw new AnswerLost(`the answer was lost: ${loss}`);
    const order = this.#enter(entry, this.#now());
    if (loss === "After") throw new AnswerLost("the answer was lost: After");
    return order;
  }

  find(id: string): Order | undefined {
    return this.all().find((order) => order.id === id);
  }

  all(title?: string): Order[] {
    this.#advance();
    const orders = this.#orders.map(({ order }) => order);
    return title === undefined ? orders : orders.filter(({ entry }) => entry.title === title);
  }

  /** False where somebody has begun it. */
  cancel(id: string): boolean {
    const { state } = this.find(id) ?? {};
    if (state === "Queued") this.#turn(id, "Cancelled");
    return state === "Queued" || state === "Cancelled" || state === undefined;
  }

  /** The agent begins the oldest order of a title that nobody has begun. */
  begin(title: string): void {
    const queued = this.all(title).find(({ state }) => state === "Queued");
    if (queued !== undefined) this.#turn(queued.id, "Begun");
  }

  /** The agent ends what it has begun of a title. */
  end(title: string, how: "Done" | "Failed"): void {
    const begun = this.all(title).find(({ state }) => state === "Begun");
    if (begun !== undefined) this.#turn(begun.id, how);
  }

  #enter(entry: Entry, at: number): Order {
    const order: Order = { id: `order-${this.#orders.length + 1}`, entry, at, state: "Queued" };
    const open = this.#orders.some(
      ({ order: { entry: other, state } }) => other.title === entry.title && isOpen(state),
    );
    if (open) this.collisions.push(order);
    this.#orders.push({ order });
    return order;
  }

  #turn(id: string, state: OrderState): void {
    const found = this.#orders.find(({ order }) => order.id === id);
    if (found === undefined) return;
    found.order = { ...found.order, state };
    if (state === "Begun") found.begunAt = this.#now();
    if (state === "Done") this.#ledger.write(found.order.entry);
  }

  #advance(): void {
    const now = this.#now();
    for (const { at, entry } of this.#coming.splice(0)) {
      if (at <= now) this.#enter(entry, at);
      else this.#coming.push({ at, entry });
    }
    if (this.pace === undefined) return;
    const { idleMs, workMs } = this.pace;
    for (const { order } of this.#orders) {
      if (order.state === "Queued" && order.at + idleMs <= now) this.#turn(order.id, "Begun");
    }
    for (const { order, begunAt = now } of this.#orders) {
      if (order.state === "Begun" && begunAt + workMs <= now) this.#turn(order.id, "Done");
    }
  }
}

function isOpen(state: OrderState): boolean {
  return state === "Queued" || state === "Begun";
}
