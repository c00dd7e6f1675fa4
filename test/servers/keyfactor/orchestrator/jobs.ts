import { randomUUID } from "node:crypto";
import type { HistoryRow, Job, Work } from "../model/job.ts";
import type { Once } from "../model/schedule.ts";

/** Jobs that wait or run, and the history of all runs. */
export class Jobs {
  readonly history: HistoryRow[] = [];
  #open: Job[] = [];
  #lastRow = 900;

  /** There is no key that keeps a job from being made twice (A.7 [I]). */
  create(storeId: string, work: Work, once: Once, requestedAt: number): Job {
    const { at: dueAt, wire: schedule } = once;
    const job = { id: randomUUID(), storeId, work, requestedAt, schedule, dueAt, running: undefined, done: false };
    this.#open.push(job);
    return job;
  }

  open(): readonly Job[] {
    this.#open = this.#open.filter(({ done }) => !done);
    return this.#open;
  }

  /** Those that no orchestrator has picked up yet (A.9 [O]). */
  waiting(): readonly Job[] {
    return this.open().filter(({ running }) => running === undefined);
  }

  hasOpenInventory(storeId: string): boolean {
    return this.open().some((job) => job.storeId === storeId && job.work.kind === "Inventory");
  }

  newRow(row: Omit<HistoryRow, "JobHistoryId">): HistoryRow {
    this.#lastRow += 1;
    const numbered = { JobHistoryId: this.#lastRow, ...row };
    this.history.push(numbered);
    return numbered;
  }
}
