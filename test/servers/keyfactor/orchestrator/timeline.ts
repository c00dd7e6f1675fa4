import { type HistoryRow, type Job, jobType, result, status } from "../model/job.ts";
import { iso } from "../model/schedule.ts";
import type { Outcome, Store } from "../model/store.ts";
import type { Jobs } from "./jobs.ts";
import { run, type World } from "./run.ts";

/** What orchestrators do next, and when. */
interface Step {
  readonly at: number;
  take(): void;
}

/** Where jobs happen. */
export interface Site extends World {
  readonly jobs: Jobs;
  stores(): Iterable<Store>;
  store(id: string): Store | undefined;
  /** Takes note of certificates that an inventory has found. */
  found(store: Store): void;
}

/** Lets orchestrators do all that has happened until `now`, in its order. Nothing happens but here, so no timer is needed. */
export function advance(site: Site, now: number): void {
  for (let step = nextStep(site); step !== undefined && step.at <= now; step = nextStep(site)) step.take();
}

function nextStep(site: Site): Step | undefined {
  let first: Step | undefined;
  const consider = (step: Step | undefined): void => {
    if (step !== undefined && (first === undefined || step.at < first.at)) first = step;
  };
  for (const store of site.stores()) consider(inventoryDue(site, store));
  for (const job of site.jobs.open()) consider(jobStep(site, job));
  return first;
}

/** A scheduled inventory becomes a job when it is due, one at a time for a store. */
function inventoryDue(site: Site, store: Store): Step | undefined {
  const { inventorySchedule: every } = store;
  if (every === undefined || site.jobs.hasOpenInventory(store.id)) return undefined;
  return {
    at: every.at,
    take: () => {
      store.inventorySchedule = { ...every, at: every.at + every.periodMs };
      site.jobs.create(store.id, { kind: "Inventory" }, { at: every.at, wire: null }, every.at);
    },
  };
}

function jobStep(site: Site, job: Job): Step | undefined {
  const store = site.store(job.storeId);
  if (store === undefined) return undefined;
  const { running } = job;
  if (running !== undefined) return { at: running.endsAt, take: () => end(site, store, job, running.row) };
  const { pickUpMs } = store.orchestrator;
  if (pickUpMs === "Never") return undefined;
  const at = job.dueAt + pickUpMs;
  return { at, take: () => pickUp(site, store, job, at) };
}

function pickUp({ jobs }: Site, store: Store, job: Job, at: number): void {
  const row = jobs.newRow({
    AgentMachine: store.agent,
    JobId: job.id,
    Schedule: job.schedule,
    JobType: jobType(job.work),
    OperationStart: iso(at),
    OperationEnd: null,
    Message: null,
    Result: result.Unknown,
    Status: status.InProcess,
    StorePath: store.path,
    ClientMachine: store.clientMachine,
  });
  job.running = { row, endsAt: at + store.orchestrator.runMs };
}

function end(site: Site, store: Store, job: Job, row: HistoryRow): void {
  const endsAt = job.running?.endsAt ?? 0;
  const ended = job.work.kind === "Inventory" ? inventory(site, store) : run(store, job.work, nextOutcome(store), site);
  row.OperationEnd = iso(endsAt);
  row.Result = ended.result;
  row.Message = ended.message;
  row.Status = ended.willRetry ? status.CompletedWillRetry : status.Completed;
  job.running = undefined;
  job.done = !ended.willRetry;
  // The same job id has another row then (A.9 [K]).
  job.dueAt = endsAt + store.orchestrator.retryMs;
}

function inventory(site: Site, store: Store): ReturnType<typeof run> {
  store.inventory = [...store.contents.values()];
  site.found(store);
  return { result: result.Success, message: null, willRetry: false };
}

function nextOutcome(store: Store): Outcome {
  const [outcome = "Success", ...later] = store.orchestrator.outcomes;
  store.orchestrator = { ...store.orchestrator, outcomes: later };
  return outcome;
}
