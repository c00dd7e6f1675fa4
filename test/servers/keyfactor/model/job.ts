/** What an orchestrator is asked to do in a store. */
export type Work =
  | {
      readonly kind: "Add";
      readonly certificateId: number;
      readonly alias: string | undefined;
      readonly overwrite: boolean;
      readonly includePrivateKey: boolean;
      /** Entry parameters by name. */
      readonly parameters: Readonly<Record<string, unknown>>;
      /** Of the entry, and of the PFX that the orchestrator is handed; undefined where none was given. */
      readonly entryPassword?: unknown;
      readonly pfxPassword?: string | undefined;
    }
  | { readonly kind: "Remove"; readonly alias: string }
  | { readonly kind: "Inventory" };

export interface Job {
  readonly id: string;
  readonly storeId: string;
  readonly work: Work;
  readonly requestedAt: number;
  /** Null is Immediate. */
  readonly schedule: object | null;
  /** When it may be picked up; later again after a `WillRetry`. */
  dueAt: number;
  /** The row of the run under way. */
  running: { readonly row: HistoryRow; readonly endsAt: number } | undefined;
  /** It is over, or was unscheduled. */
  done: boolean;
}

/** A.9 [O]. */
export interface HistoryRow {
  readonly JobHistoryId: number;
  readonly AgentMachine: string;
  readonly JobId: string;
  readonly Schedule: object | null;
  readonly JobType: string;
  readonly OperationStart: string;
  OperationEnd: string | null;
  Message: string | null;
  Result: number;
  Status: number;
  readonly StorePath: string;
  readonly ClientMachine: string;
}

/** A.9 [O][D]; 1 is in the enum without a name. */
export const result = { Unknown: 0, Success: 2, Warning: 3, Failure: 4 } as const;
/** A.9 [D]. */
export const status = { InProcess: 2, Completed: 3, CompletedWillRetry: 5 } as const;

export function jobType({ kind }: Work): string {
  return kind === "Inventory" ? "Inventory" : "Management";
}
