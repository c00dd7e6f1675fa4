import type { Place, Provider, RemovalContext, RemoveResult, Store, StoreHealth } from "../../src/stores/contract.ts";
import type { LedgerStoreBlock, LedgerTarget } from "./block.ts";
import { HttpLedger } from "./client.ts";
import { LedgerPlace } from "./place.ts";

/** The provider `ledger`: its line for the registry, which no shipped operator has. */
export const ledgerProvider: Provider = {
  name: "ledger",
  capabilities: ["Import", "Deploy", "Remove"],
  secretRefs: () => [],
  reach: (target) => ({ places: [(target as LedgerTarget).title], metadataKeys: [] }),
  reachOfKey: (title) => ({ places: [title], metadataKeys: [] }),
  // The API server has validated the block by the CRD.
  create: (block, { timeoutMs }) => Promise.resolve(new LedgerStore((block as LedgerStoreBlock).url, timeoutMs)),
};

class LedgerStore implements Store {
  readonly provider = "ledger";
  readonly timeoutMs: number;
  readonly #client: HttpLedger;

  constructor(url: string, timeoutMs: number) {
    this.#client = new HttpLedger(url);
    this.timeoutMs = timeoutMs;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    await this.#client.read("", signal);
    return {};
  }

  place(block: unknown): Place {
    return new LedgerPlace(this.#client, block as LedgerTarget);
  }

  async remove(key: string, _mark: string, _context: RemovalContext, signal: AbortSignal): Promise<RemoveResult> {
    await this.#client.strike(key, signal);
    return {};
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
