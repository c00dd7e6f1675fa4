import type { X509Certificate } from "node:crypto";
import type { Due } from "./schedule.ts";
import type { StoreType } from "./store-type.ts";

/** What lies under an alias. */
export interface Entry {
  readonly alias: string;
  /** The leaf first. */
  readonly certificates: readonly X509Certificate[];
  readonly hasPrivateKey: boolean;
  readonly itemId: number;
}

/** What becomes of a job of a store on a certificate. */
export type Outcome =
  | "Success"
  /** Ends with a warning and has placed nothing. */
  | "Warning"
  /** Ends with a warning and has placed the certificate. */
  | "WarningPlaced"
  | "Failure"
  /** Fails now and is run again: status CompletedWillRetry (A.9 [D]). */
  | "WillRetry";

/** How the orchestrator of a store works. */
export interface Orchestrator {
  /** From when a job is due until the orchestrator asks for jobs; `Never`: it is down (A.9 [O]). */
  readonly pickUpMs: number | "Never";
  /** How long a job runs. */
  readonly runMs: number;
  /** From a `WillRetry` until the job is due again. */
  readonly retryMs: number;
  /** Of the next jobs on certificates, in order; then Success. A run uses one up. */
  readonly outcomes: readonly Outcome[];
}

/** A certificate store of Command's. */
export interface Store {
  readonly id: string;
  readonly type: StoreType;
  readonly clientMachine: string;
  readonly path: string;
  readonly containerId: number | undefined;
  /** One that is not approved cannot be used (A.15 [O]). */
  approved: boolean;
  /** Name of its orchestrator's machine. */
  readonly agent: string;
  orchestrator: Orchestrator;
  inventorySchedule: Extract<Due, { kind: "Every" }> | undefined;
  /** What really lies there, by alias. */
  readonly contents: Map<string, Entry>;
  /** What Command knows of it: `contents` as the last inventory job found them (A.10 [K]). */
  inventory: readonly Entry[];
}

/** Member names as A.15 has them: `Storepath` is one word, and `Properties` a string of JSON. */
export function storeAnswer(store: Store): object {
  return {
    Id: store.id,
    DisplayName: `${store.clientMachine} - ${store.path}`,
    ContainerId: store.containerId ?? null,
    ContainerName: null,
    ClientMachine: store.clientMachine,
    Storepath: store.path,
    CertStoreInventoryJobId: null,
    CertStoreType: store.type.id,
    Approved: store.approved,
    CreateIfMissing: false,
    Properties: "{}",
    AgentId: null,
    AgentAssigned: true,
    InventorySchedule: store.inventorySchedule?.wire ?? null,
    ReenrollmentStatus: null,
    SetNewPasswordAllowed: false,
  };
}
