import { isDeepStrictEqual } from "node:util";
import { deliver, type DeliveryRecord, maySettle, movedTo, pending, requested } from "../../src/delivery/index.ts";
import type { Situation } from "../../src/delivery/situation.ts";
import { certificateFacts } from "../../src/formats/index.ts";
import { TransientError } from "../../src/stores/errors.ts";
import { AnswerLost, type Entry, Ledger, type Loss, type Shows } from "./ledger.ts";
import { type OrderClient, OrderPlace } from "./order-place.ts";
import { Orders } from "./orders.ts";
import { LedgerPlace } from "./place.ts";

/** What a title shall say. */
export interface Change {
  /** DER. */
  readonly leaf: Buffer;
  readonly note: string;
}

/** What a life does to the world outside it, each before and after. A life can end at any of them. */
export type Action = Began | Ended;
type Began = "look" | "open" | "write" | "ask" | "withdraw" | "settle";
type Ended = "looked" | "opened" | "written" | "asked" | "withdrawn" | "settled";

/** Called at each action; what it throws ends the life there. */
export type At = (action: Action, index: number) => void | Promise<void>;

/** The process died. */
export class Killed extends Error {
  override readonly name = "Killed";
}

const start = Date.parse("2026-02-01T00:00:00Z");
const mark = "me/StoreDeployment/shop/web/t";
const timeoutMs = 60_000;

/** What outlives a process: the record as it was last saved, the ledger, and time. */
export class World {
  readonly ledger: Ledger;
  readonly orders: Orders;
  /** Whether entries are written at once, or ordered. */
  readonly how: "AtOnce" | "ByOrder";
  readonly #losses: Loss[] = [];
  now = start;
  record: DeliveryRecord | undefined;
  title = "web";
  wanted: Change;
  /** Who holds the lease; without an election every life believes that it does. */
  leader = 0;
  elected = true;

  /** Nobody may write, and why. */
  suspended: Situation["suspended"];

  constructor(shows: Shows, wanted: Change, how: World["how"] = "AtOnce") {
    this.ledger = new Ledger(shows, () => this.now);
    this.orders = new Orders(this.ledger, () => this.now);
    this.wanted = wanted;
    this.how = how;
  }

  /** Loses the answers to the next writes so. */
  lose(...losses: readonly Loss[]): void {
    this.#losses.push(...losses);
  }

  /** How often a change was written at a title. */
  writes(change: Change = this.wanted, title = this.title): number {
    return this.ledger.entries(title).filter((entry) => isOf(entry, change)).length;
  }

  /** How often a change was ordered, without what was taken back. */
  ordered(change: Change = this.wanted): number {
    return this.orders.all().filter(({ entry, state }) => state !== "Cancelled" && isOf(entry, change)).length;
  }

  /** A person asks for a reconciliation. */
  request(): void {
    if (this.record !== undefined) this.record = requested(this.record);
  }

  /** One process's run for the target, as the controller does it. Gives when it is to run again; undefined when never. */
  async live(at: At = () => {}): Promise<Date | undefined> {
    this.leader += 1;
    const me = this.leader;
    const abort = new AbortController();
    let index = 0;
    const act = async (action: Action): Promise<void> => {
      try {
        await at(action, index++);
      } catch (error) {
        abort.abort(error);
        throw error;
      }
    };
    const stored = this.record;
    const target = { title: this.title, note: this.wanted.note };
    const place = new (this.how === "AtOnce" ? LedgerPlace : OrderPlace)(this.#client(act), target);
    const { situation, bundle } = this.#situation(place);
    let saved = stored;
    const effects = {
      now: () => new Date(this.now),
      fence: () => {
        if (this.elected && this.leader !== me) throw new Killed("the lease is lost");
      },
      open: async (record: DeliveryRecord) => {
        await act("open");
        if (!isDeepStrictEqual(this.record, saved)) return false;
        this.record = record;
        saved = record;
        await act("opened");
        return true;
      },
      onDefect: (error: unknown) => {
        throw error;
      },
    };
    const before = movedTo(stored ?? pending, place.address);
    const desired = { bundle, chain: { include: true, root: "Exclude" as const }, mark };
    const ended = await deliver(before, place, desired, situation, effects, abort.signal);
    if (ended.ended === "Dropped") return effects.now();
    await act("settle");
    if (!maySettle(this.record, saved)) return effects.now();
    this.record = ended.record;
    await act("settled");
    return ended.until;
  }

  #client(act: (action: Action) => Promise<void>): OrderClient {
    const { ledger, orders } = this;
    const between = async <T>(began: Began, ended: Ended, work: () => T): Promise<T> => {
      await act(began);
      const answer = new Promise<T>((resolve) => resolve(work()));
      await Promise.allSettled([answer]);
      await act(ended);
      return answer.catch((error: unknown) => {
        throw error instanceof AnswerLost
          ? new TransientError("StoreUnavailable", "No answer.", { cause: error })
          : error;
      });
    };
    const readable = <T>(read: () => T): T | "Nothing" => (ledger.shows === "Nothing" ? "Nothing" : read());
    return {
      url: "https://ledger.example.com",
      read: (title) => between("look", "looked", () => readable(() => ledger.read(title))),
      orders: (title) => between("look", "looked", () => readable(() => orders.all(title))),
      write: (entry) => between("write", "written", () => ledger.write(entry, this.#losses.shift())),
      order: (entry) => between("write", "written", () => orders.take(entry, this.#losses.shift())),
      find: (id) => between("ask", "asked", () => orders.find(id)),
      cancel: (id) => between("withdraw", "withdrawn", () => orders.cancel(id)),
    };
  }

  #situation(place: LedgerPlace) {
    const { leaf, note } = this.wanted;
    const facts = certificateFacts(leaf);
    const fingerprint = `key:${facts.sha256}/${note}`;
    const situation: Situation = {
      place: { storeRef: { name: "ledger" }, address: place.address, key: place.key, deletionPolicy: "Retain" },
      repeatable: place.repeatable,
      leaf: facts,
      fingerprint,
      inputs: fingerprint,
      policies: {
        adoptionPolicy: "IfMatching",
        deletionPolicy: "Retain",
        driftPolicy: "Repair",
        downgradePolicy: "Refuse",
      },
      claim: { mark, alive: () => true },
      suspended: this.suspended,
      timeoutMs,
      random: 0.5,
      lookAgainMs: 600_000,
    };
    return { situation, bundle: { leaf, chain: [], trusted: [] } };
  }
}

function isOf({ certificate, note }: Entry, change: Change): boolean {
  return note === change.note && certificateOf(certificate).equals(change.leaf);
}

function certificateOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
}
