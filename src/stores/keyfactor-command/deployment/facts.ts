import { type CertificateFacts, certificateFacts } from "../../../formats/index.ts";
import { BlockedError, WaitingError } from "../../errors.ts";
import { certificateById, type CommandCertificateRow } from "../api/certificates.ts";
import { type CertificateStore, certificateStore } from "../api/certificate-store.ts";
import { inventory, type InventoryEntry } from "../api/inventory.ts";
import { type ScheduledJob, scheduledJobs } from "../api/scheduled-jobs.ts";
import { storeType, type StoreType } from "../api/store-type.ts";
import type { CommandClient } from "../client.ts";
import { CommandRefusal } from "../failure.ts";
import { SharedReads } from "./shared-reads.ts";

/** What changes seldom, and is asked for by many places. */
const stillMs = 600_000;
/** What one round of refreshes shares. */
const roundMs = 5_000;

/** How old what is read may be: what a round shares, or nothing that was read before now. */
export type Age = "Shared" | "Fresh";
const ages = { Shared: roundMs, Fresh: 0 } as const;

/** What Command knows, read once for all places that ask at about the same time. */
export class Facts {
  readonly #client: CommandClient;
  readonly #stores: SharedReads<CertificateStore>;
  readonly #types: SharedReads<StoreType>;
  readonly #inventories: SharedReads<readonly InventoryEntry[]>;
  readonly #certificates: SharedReads<CommandCertificateRow | undefined>;
  readonly #scheduled: SharedReads<readonly ScheduledJob[]>;

  constructor(client: CommandClient, timeoutMs: number) {
    this.#client = client;
    this.#stores = new SharedReads(timeoutMs);
    this.#types = new SharedReads(timeoutMs);
    this.#inventories = new SharedReads(timeoutMs);
    this.#certificates = new SharedReads(timeoutMs);
    this.#scheduled = new SharedReads(timeoutMs);
  }

  /** Throws `BlockedError` `CertificateStoreMissing`. */
  async store(id: string, signal: AbortSignal): Promise<CertificateStore> {
    const found = await this.findStore(id, signal);
    if (found !== undefined) return found;
    throw new BlockedError("CertificateStoreMissing", `Command has no certificate store ${id}; correct storeId.`);
  }

  /** Undefined where Command knows no such store. */
  async findStore(id: string, signal: AbortSignal): Promise<CertificateStore | undefined> {
    try {
      return await this.#stores.get(id, roundMs, (signal) => certificateStore(this.#client, id, signal), signal);
    } catch (error) {
      if (error instanceof CommandRefusal && error.status === 404 && error.reason !== "NoSuchApi") return undefined;
      throw error;
    }
  }

  type(id: number, signal: AbortSignal): Promise<StoreType> {
    return this.#types.get(String(id), stillMs, (signal) => storeType(this.#client, id, signal), signal);
  }

  inventory(storeId: string, age: Age, signal: AbortSignal): Promise<readonly InventoryEntry[]> {
    return this.#inventories.get(storeId, ages[age], (signal) => inventory(this.#client, storeId, signal), signal);
  }

  /** All jobs that nobody has picked up. */
  scheduledJobs(age: Age, signal: AbortSignal): Promise<readonly ScheduledJob[]> {
    return this.#scheduled.get("", ages[age], (signal) => scheduledJobs(this.#client, signal), signal);
  }

  /** Throws `WaitingError` `CertificateMissing`. */
  async certificate(id: number, collectionId: number | undefined, signal: AbortSignal): Promise<CommandCertificateRow> {
    const found = await this.#certificate(id, collectionId, signal);
    if (found !== undefined) return found;
    throw new WaitingError("CertificateMissing", `Command has no certificate ${id} now; it is waited for.`);
  }

  /** Facts of the certificate with this id and thumbprint; undefined where Command does not tell them. */
  async leaf(
    { id, thumbprint }: NonNullable<InventoryEntry["leaf"]>,
    collectionId: number | undefined,
    signal: AbortSignal,
  ): Promise<CertificateFacts | undefined> {
    if (id === 0) return undefined;
    const content = (await this.#certificate(id, collectionId, signal))?.ContentBytes;
    if (content === undefined || content === null) return undefined;
    const facts = factsIn(content);
    return facts?.sha1.toUpperCase() === thumbprint ? facts : undefined;
  }

  #certificate(
    id: number,
    collectionId: number | undefined,
    signal: AbortSignal,
  ): Promise<CommandCertificateRow | undefined> {
    const read = (signal: AbortSignal) => certificateById(this.#client, id, { collectionId }, signal);
    return this.#certificates.get(`${id}/${collectionId ?? 0}`, roundMs, read, signal);
  }
}

function factsIn(base64: string): CertificateFacts | undefined {
  try {
    return certificateFacts(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
