import type { Desired, Followed, Job, Observation, OpenJob, PutResult } from "../../src/stores/contract.ts";
import type { LedgerTarget } from "./block.ts";
import type { Entry } from "./ledger.ts";
import type { Order } from "./orders.ts";
import { type LedgerClient, LedgerPlace } from "./place.ts";

/** How a place orders from its ledger. */
export interface OrderClient extends LedgerClient {
  order(entry: Entry, signal: AbortSignal): Promise<Order>;
  find(id: string, signal: AbortSignal): Promise<Order | undefined>;
  /** The orders of a title; "Nothing" where the ledger cannot be read. */
  orders(title: string, signal: AbortSignal): Promise<readonly Order[] | "Nothing">;
  cancel(id: string, signal: AbortSignal): Promise<boolean>;
}

/** One title of a ledger whose entries are ordered, and written by an agent later. */
export class OrderPlace extends LedgerPlace {
  readonly #client: OrderClient;

  constructor(client: OrderClient, target: LedgerTarget) {
    super(client, target);
    this.#client = client;
  }

  override async observe(
    desired: Desired,
    signal: AbortSignal,
    unsure?: { readonly since: Date },
  ): Promise<Observation> {
    const seen = await super.observe(desired, signal);
    const orders = unsure === undefined ? [] : await this.#client.orders(this.key, signal);
    if (unsure === undefined || orders === "Nothing") return seen;
    const left = orders.findLast(({ at, state }) => at >= unsure.since.getTime() && state !== "Cancelled");
    return { ...seen, job: left === undefined ? "None" : jobOf(left) };
  }

  override async put(desired: Desired, _: Observation, signal: AbortSignal): Promise<PutResult> {
    return { outcome: "Submitted", job: jobOf(await this.#client.order(this.entry(desired), signal)) };
  }

  async follow({ ids }: OpenJob, desired: Desired, signal: AbortSignal): Promise<Followed> {
    const [id = ""] = ids;
    const order = await this.#client.find(id, signal);
    switch (order?.state) {
      case "Queued": {
        const told = { reason: "JobSubmitted", message: "It waits for the agent of the ledger." } as const;
        return { outcome: "Open", job: jobOf(order), ...told, idleSince: new Date(order.at) };
      }
      case "Begun":
        return { outcome: "Open", job: jobOf(order), reason: "JobRunning", message: "The agent is at it." };
      case "Done": {
        const seen = await super.observe(desired, signal);
        // Where nothing can be read, the end of the job is all that there is.
        const told = seen.inconclusive === undefined ? seen : this.compared(order.entry, desired);
        return { outcome: "Ended", seen: told };
      }
      case "Failed":
        return { outcome: "Failed", reason: "JobFailed", message: "The agent has failed at it." };
      case "Cancelled":
      case undefined:
        return { outcome: "Failed", reason: "JobFailed", message: "It was taken back." };
    }
  }

  async withdraw({ ids }: OpenJob, signal: AbortSignal): Promise<boolean> {
    const [id = ""] = ids;
    return this.#client.cancel(id, signal);
  }
}

function jobOf({ id, state }: Order): Job {
  return { ids: [id], state };
}
