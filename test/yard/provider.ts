import type {
  Held,
  OpenJob,
  Place,
  PlaceContext,
  Provider,
  RemovalContext,
  RemoveResult,
  Store,
} from "../../src/stores/contract.ts";
import { WaitingError } from "../../src/stores/errors.ts";
import { YardImport, YardSlot } from "./places.ts";
import type { Yard } from "./yard.ts";

/** The yard in the stead of Keyfactor Command, since it has the blocks for it. A store leads to the yard of its host. */
export function yardProvider(yards: Readonly<Record<string, Yard>>): Provider {
  return {
    name: "keyfactorCommand",
    capabilities: ["Import", "Deploy", "Remove"],
    deploysHeld: true,
    secretRefs: () => [],
    reach: () => ({ places: [], metadataKeys: [] }),
    reachOfKey: () => ({ places: [], metadataKeys: [] }),
    create: (block, { timeoutMs }) => {
      const yard = yards[new URL((block as { url: string }).url).hostname];
      if (yard === undefined) throw new Error("there is no such yard");
      return Promise.resolve(new YardStore(yard, timeoutMs));
    },
  };
}

class YardStore implements Store {
  readonly provider = "keyfactorCommand";
  readonly timeoutMs: number;
  readonly #yard: Yard;

  constructor(yard: Yard, timeoutMs: number) {
    this.#yard = yard;
    this.timeoutMs = timeoutMs;
  }

  check(): Promise<object> {
    return Promise.resolve({});
  }

  place(block: unknown, context: PlaceContext): Place {
    const slot = block as { storeId?: string; submit?: string };
    const { storeId } = slot;
    return storeId === undefined
      ? new YardImport(this.#yard, context)
      : new YardSlot(this.#yard, { ...slot, storeId }, context);
  }

  held(certificate: unknown): Promise<Held> {
    const { id } = certificate as { id: number };
    const content = this.#yard.certificates.get(String(id));
    if (content === undefined) return Promise.reject(new WaitingError("CertificateMissing", `There is no ${id}.`));
    return Promise.resolve({ content: Buffer.from(content), remote: { id: String(id) } });
  }

  withdraw(_key: string, { ids: [id] }: OpenJob): Promise<boolean> {
    return Promise.resolve(this.#yard.withdraw(id));
  }

  remove(key: string, _mark: string, { job, others = [] }: RemovalContext): Promise<RemoveResult> {
    return Promise.resolve(others.includes(key) ? {} : this.#removed(key, job));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #removed(slot: string, job: OpenJob | undefined): RemoveResult {
    const yard = this.#yard;
    for (const [owner, alias] of yard.aliases) if (alias === slot) yard.aliases.delete(owner);
    const before = yard.find(job?.ids[0]);
    const isOpen = before?.state === "Waiting" || before?.state === "Running";
    if (before?.what === "Remove" && before.state === "Failed") {
      return { failed: { reason: "JobFailed", message: `Job ${before.id} has failed.` } };
    }
    if (before !== undefined && isOpen && !(before.what === "Add" && yard.withdraw(before.id))) {
      return { job: { ids: [before.id], state: before.state } };
    }
    if (!yard.slots.has(slot)) return {};
    return { job: { ids: [yard.submit("Remove", slot).id], state: "Waiting" } };
  }
}
