/** What a job does, and how it stands. */
export interface YardJob {
  readonly id: string;
  readonly what: "Add" | "Remove";
  readonly slot: string;
  /** PEM of the leaf that an Add brings. */
  readonly certificate?: string;
  state: "Waiting" | "Running" | "Done" | "Failed" | "Withdrawn";
}

/**
 * A vendor that does everything later: slots that jobs fill and clear. A job waits until the test begins it, and runs until the
 * test ends it.
 */
export class Yard {
  /** PEM of the leaf, by slot. */
  readonly slots = new Map<string, string>();
  /** PEM of what it holds apart from slots, by its number there. */
  readonly certificates = new Map<string, string>();
  /** Names under which slots hold something beside what lies there. */
  readonly aliases = new Map<string, string>();
  readonly jobs: YardJob[] = [];

  submit(what: YardJob["what"], slot: string, certificate?: string): YardJob {
    const id = String(this.jobs.length + 1);
    const job: YardJob = { id, what, slot, state: "Waiting", ...(certificate === undefined ? {} : { certificate }) };
    this.jobs.push(job);
    return job;
  }

  find(id: string | undefined): YardJob | undefined {
    return this.jobs.find((job) => job.id === id);
  }

  /** The jobs of a slot that have not ended. */
  open(slot: string): YardJob[] {
    return this.jobs.filter((job) => job.slot === slot && (job.state === "Waiting" || job.state === "Running"));
  }

  /** Takes back a job that nobody has begun; false where it is too late for that. */
  withdraw(id: string | undefined): boolean {
    const job = this.find(id);
    if (job?.state === "Waiting") job.state = "Withdrawn";
    return job?.state !== "Running" && job?.state !== "Done";
  }

  /** Begins what waits at a slot. */
  begin(slot: string): void {
    for (const job of this.open(slot)) job.state = "Running";
  }

  /** Ends what is open at a slot. */
  end(slot: string, state: "Done" | "Failed" = "Done"): void {
    for (const job of this.open(slot)) {
      job.state = state;
      if (state === "Failed") continue;
      if (job.what === "Remove") this.slots.delete(slot);
      else this.slots.set(slot, job.certificate ?? "");
    }
  }
}
