import { X509Certificate } from "node:crypto";
import { certificateFacts } from "../../src/formats/index.ts";
import type { Desired, Observation, Place, PutResult } from "../../src/stores/contract.ts";
import type { LedgerTarget } from "./block.ts";
import type { Entry } from "./ledger.ts";

/** How a place reaches its ledger. */
export interface LedgerClient {
  readonly url: string;
  /** "Nothing" where the ledger cannot be read. */
  read(title: string, signal: AbortSignal): Promise<Partial<Entry> | "Nothing" | undefined>;
  write(entry: Entry, signal: AbortSignal): Promise<void>;
}

/** One title of a ledger. A write is never repeated by the ledger, nor conditional. */
export class LedgerPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[] = ["entry"];
  readonly key: string;
  readonly repeatable = false;
  readonly #client: LedgerClient;
  readonly #target: LedgerTarget;

  constructor(client: LedgerClient, target: LedgerTarget) {
    this.#client = client;
    this.#target = target;
    this.address = `ledger:${client.url}/${target.title}`;
    this.key = target.title;
  }

  async observe(desired: Desired, signal: AbortSignal): Promise<Observation> {
    const found = await this.#client.read(this.#target.title, signal);
    if (found === "Nothing") return { state: "Absent", inconclusive: "nothing, this ledger cannot be read" };
    return found === undefined ? { state: "Absent" } : this.compared(found, desired);
  }

  async put(desired: Desired, _: Observation, signal: AbortSignal): Promise<PutResult> {
    const entry = this.entry(desired);
    await this.#client.write(entry, signal);
    const found = await this.#client.read(this.#target.title, signal);
    // Where nothing can be read, the answer is all that there is.
    return { outcome: "Written", seen: this.compared(found === "Nothing" ? entry : (found ?? {}), desired) };
  }

  protected compared({ certificate, mark, note }: Partial<Entry>, desired: Desired): Observation {
    const wanted = this.entry(desired);
    const differs = [
      ...(certificate === wanted.certificate ? [] : [{ what: "certificate" }]),
      ...(note === undefined || note === wanted.note ? [] : [{ what: "note" }]),
    ];
    return {
      state: "Present",
      remote: { id: this.#target.title },
      holders: {
        ours: mark === desired.mark,
        others: mark === undefined || mark === desired.mark ? [] : [mark],
        foreign: mark === undefined,
      },
      ...(certificate === undefined ? {} : { leaf: certificateFacts(new X509Certificate(certificate).raw) }),
      differs,
      ...(note === undefined ? { partial: true } : {}),
    };
  }

  protected entry({ bundle, mark }: Desired): Entry {
    const { title, note = "" } = this.#target;
    return { title, certificate: new X509Certificate(bundle.leaf).toString(), mark, note };
  }
}
