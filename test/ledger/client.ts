import * as z from "zod";
import { TransientError } from "../../src/stores/errors.ts";
import type { Entry } from "./ledger.ts";
import type { LedgerClient } from "./place.ts";

const entry = z.object({ title: z.string(), certificate: z.string(), mark: z.string(), note: z.string() });
const shown = z.union([z.literal("Nothing"), z.object({ entry: entry.partial().nullable() })]);

/** A ledger over HTTP. An answer that does not come says nothing of what happened. */
export class HttpLedger implements LedgerClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async read(title: string, signal: AbortSignal): Promise<Partial<Entry> | "Nothing" | undefined> {
    const answer = shown.parse(JSON.parse(await this.#send("GET", title, signal)));
    if (answer === "Nothing") return answer;
    // Zod's optional fields may be undefined; those of an entry are there or not.
    return answer.entry === null ? undefined : (JSON.parse(JSON.stringify(answer.entry)) as Partial<Entry>);
  }

  async write(written: Entry, signal: AbortSignal): Promise<void> {
    await this.#send("POST", written.title, signal, JSON.stringify(written));
  }

  async strike(title: string, signal: AbortSignal): Promise<void> {
    await this.#send("DELETE", title, signal);
  }

  async #send(method: string, title: string, signal: AbortSignal, body?: string): Promise<string> {
    try {
      const url = `${this.url}/entries/${encodeURIComponent(title)}`;
      const response = await fetch(url, { method, signal, ...(body === undefined ? {} : { body }) });
      const text = await response.text();
      if (response.ok) return text;
      throw new TransientError("StoreUnavailable", `The ledger answers ${response.status}.`, { happened: "no" });
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw new TransientError("StoreUnavailable", "The ledger does not answer.", { cause: error });
    }
  }
}
