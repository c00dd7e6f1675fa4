import type {
  Download,
  DownloadRequest,
  OpenJob,
  Place,
  Provider,
  RemovalContext,
  RemoveResult,
  Store,
  StoreHealth,
} from "../../src/stores/contract.ts";
import { WaitingError } from "../../src/stores/errors.ts";
import type { LedgerDownload, LedgerStoreBlock, LedgerTarget } from "./block.ts";
import { HttpLedger } from "./client.ts";
import { OrderPlace } from "./order-place.ts";
import { LedgerPlace } from "./place.ts";

/** The provider `ledger`: its line for the registry, which no shipped operator has. */
export const ledgerProvider: Provider = {
  name: "ledger",
  capabilities: ["Import", "Deploy", "Download", "Remove"],
  secretRefs: () => [],
  reach: (target) => ({ places: [(target as LedgerTarget).title], metadataKeys: [] }),
  reachOfDownload: (request) => ({ places: [titleOf(request)], metadataKeys: [] }),
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
    const target = block as LedgerTarget;
    return new (target.byOrder === true ? OrderPlace : LedgerPlace)(this.#client, target);
  }

  async download(request: DownloadRequest, signal: AbortSignal): Promise<Download> {
    const title = titleOf(request);
    const found = await this.#client.read(title, signal);
    if (found !== undefined && found !== "Nothing" && found.certificate !== undefined) {
      return { content: Buffer.from(found.certificate), fileName: `${title}.pem` };
    }
    throw new WaitingError("CertificateMissing", `The ledger shows nothing under ${title}.`);
  }

  withdraw(_key: string, { ids: [id = ""] }: OpenJob, signal: AbortSignal): Promise<boolean> {
    return this.#client.cancel(id, signal);
  }

  /** An order that somebody has begun ends first. */
  async remove(key: string, _mark: string, { job }: RemovalContext, signal: AbortSignal): Promise<RemoveResult> {
    const [id = ""] = job?.ids ?? [];
    if (job !== undefined && !(await this.#client.cancel(id, signal))) {
      const order = await this.#client.find(id, signal);
      if (order?.state === "Begun") return { job };
    }
    await this.#client.strike(key, signal);
    return {};
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What an import has brought here is named by its title. */
function titleOf({ block, imported }: DownloadRequest): string {
  const { title } = (block as LedgerDownload).certificate;
  return title ?? imported?.id ?? "";
}
