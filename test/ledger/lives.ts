import { isDeepStrictEqual } from "node:util";
import { deliver, type DeliveryRecord, maySettle, movedTo, pending, requested } from "../../src/delivery/index.ts";
import type { Situation } from "../../src/delivery/situation.ts";
import { certificateFacts } from "../../src/formats/index.ts";
import { TransientError } from "../../src/stores/errors.ts";
import { AnswerLost, Ledger, type Shows } from "./ledger.ts";
import { type LedgerClient, LedgerPlace } from "./place.ts";

/** What a title shall say. */
export interface Change {
  /** DER. */
  readonly leaf: Buffer;
  readonly note: string;
}

/** What a life does to the world outside it, each before and after. A life can end at any of them. */
export type Action = "look" | "looked" | "open" | "opened" | "write" | "written" | "settle" | "settled";

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
  now = start;
  record: DeliveryRecord | undefined;
  title = "web";
  wanted: Change;
  /** Who holds the lease; without an election every life believes that it does. */
  leader = 0;
  elected = true;

  constructor(shows: Shows, wanted: Change) {
    this.ledger = new Ledger(shows, () => this.now);
    this.wanted = wanted;
  }

  /** How often a change was written at a title. */
  writes({ leaf, note }: Change = this.wanted, title = this.title): number {
    return this.ledger
      .entries(title)
      .filter((entry) => entry.note === note && certificateOf(entry.certificate).equals(leaf)).length;
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
    const place = new LedgerPlace(this.#client(act), { title: this.title, note: this.wanted.note });
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

  #client(act: (action: Action) => Promise<void>): LedgerClient {
    const { ledger } = this;
    return {
      url: "https://ledger.example.com",
      read: async (title) => {
        await act("look");
        const found = ledger.shows === "Nothing" ? "Nothing" : ledger.read(title);
        await act("looked");
        return found;
      },
      write: async (entry) => {
        await act("write");
        let lost: unknown;
        try {
          ledger.write(entry);
        } catch (error) {
          lost = error;
        }
        await act("written");
        if (lost instanceof AnswerLost) throw new TransientError("StoreUnavailable", "No answer.", { cause: lost });
      },
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
      timeoutMs,
      random: 0.5,
      lookAgainMs: 600_000,
    };
    return { situation, bundle: { leaf, chain: [], trusted: [] } };
  }
}

function certificateOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
}
