import * as z from "zod";
import { TransientError } from "../../src/stores/errors.ts";
import type { Entry } from "./ledger.ts";
import type { OrderClient } from "./order-place.ts";
import type { Order } from "./orders.ts";

const entry = z.object({ title: z.string(), certificate: z.string(), mark: z.string(), note: z.string() });
const shown = z.union([z.literal("Nothing"), z.object({ entry: entry.partial().nullable() })]);
const state = z.enum(["Queued", "Begun", "Done", "Failed", "Cancelled"]);
const order = z.object({ id: z.string(), entry, at: z.number(), state });
const orders = z.union([z.literal("Nothing"), z.array(order)]);

/** A ledger over HTTP. An answer that does not come says nothing of what happened. */
export class HttpLedger implements OrderClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async read(title: string, signal: AbortSignal): Promise<Partial<Entry> | "Nothing" | undefined> {
    const answer = shown.parse(JSON.parse(await this.#send("GET", `entries/${encodeURIComponent(title)}`, signal)));
    if (answer === "Nothing") return answer;
    // Zod's optional fields may be undefined; those of an entry are there or not.
    return answer.entry === null ? undefined : (JSON.parse(JSON.stringify(answer.entry)) as Partial<Entry>);
  }

  async write(written: Entry, signal: AbortSignal): Promise<void> {
    await this.#send("POST", `entries/${encodeURIComponent(written.title)}`, signal, JSON.stringify(written));
  }

  async strike(title: string, signal: AbortSignal): Promise<void> {
    await this.#send("DELETE", `entries/${encodeURIComponent(title)}`, signal);
  }

  async order(written: Entry, signal: AbortSignal): Promise<Order> {
    const path = `orders/${encodeURIComponent(written.title)}`;
    return order.parse(JSON.parse(await this.#send("POST", path, signal, JSON.stringify(written))));
  }

  async orders(title: string, signal: AbortSignal): Promise<readonly Order[] | "Nothing"> {
    return orders.parse(JSON.parse(await this.#send("GET", `orders/${encodeURIComponent(title)}`, signal)));
  }

  async find(id: string, signal: AbortSignal): Promise<Order | undefined> {
    return order.nullable().parse(JSON.parse(await this.#send("GET", `order/${id}`, signal))) ?? undefined;
  }

  async cancel(id: string, signal: AbortSignal): Promise<boolean> {
    return z.boolean().parse(JSON.parse(await this.#send("DELETE", `order/${id}`, signal)));
  }

  async #send(method: string, path: string, signal: AbortSignal, body?: string): Promise<string> {
    try {
      const response = await fetch(`${this.url}/${path}`, { method, signal, ...(body === undefined ? {} : { body }) });
      const text = await response.text();
      if (response.ok) return text;
      throw new TransientError("StoreUnavailable", `The ledger answers ${response.status}.`, { happened: "no" });
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw new TransientError("StoreUnavailable", "The ledger does not answer.", { cause: error });
    }
  }
}
