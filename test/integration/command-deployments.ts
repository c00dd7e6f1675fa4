import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import type { Issued } from "../fixtures/pki.ts";
import type { NewStore } from "../servers/keyfactor/command.ts";
import type { ServerOptions } from "../servers/keyfactor/index.ts";
import type { Work } from "../servers/keyfactor/model/job.ts";
import type { Store } from "../servers/keyfactor/model/store.ts";
import { CommandWorld } from "./command-world.ts";

type Spec = { readonly [name: string]: unknown };
type TargetStatus = NonNullable<NonNullable<StoreDeployment["status"]>["targets"]>[number];

export const adds = "POST /CertificateStores/Certificates/Add";
export const removals = "POST /CertificateStores/Certificates/Remove";
/** For what takes jobs and their polls. */
export const patience = { withinMs: 90_000 };

/** Deployments by an installation of Command whose clock can be put forward, so that no test waits for orchestrators. */
export class CommandDeployments {
  readonly all: CommandWorld;
  readonly #clock: { aheadMs: number };

  private constructor(all: CommandWorld, clock: { aheadMs: number }) {
    this.all = all;
    this.#clock = clock;
  }

  static async start(
    name: string,
    options: ServerOptions = {},
    flags: readonly string[] = [],
  ): Promise<CommandDeployments> {
    const clock = { aheadMs: 0 };
    const all = await CommandWorld.start(name, { clock: () => Date.now() + clock.aheadMs, ...options }, flags);
    return new CommandDeployments(all, clock);
  }

  close(): Promise<void> {
    return this.all.close();
  }

  /** Lets so much time go by in Command. */
  pass(milliseconds: number): void {
    this.#clock.aheadMs += milliseconds;
    this.all.server.command.settle();
  }

  /** Sets the operator's clock to Command's. */
  agreeOnTime(): void {
    this.all.world.setClock(new Date(Date.now() + this.#clock.aheadMs).toISOString());
  }

  /** A certificate store that is inventoried, and whose orchestrator is at hand. */
  addStore(options: Partial<NewStore> = {}): Store {
    return this.all.server.command.addStore({ type: "RFJKS", inventoryMinutes: 1, ...options });
  }

  /** Imports a new certificate under this name, and waits for it. */
  async imported(name: string, host = `${name}.example.com`): Promise<Issued> {
    const leaf = await this.all.source(name, host);
    await this.all.import(name);
    await this.all.ready(name, "Delivered", patience.withinMs);
    return leaf;
  }

  /** Applies a deployment of the import of its own name, unless `spec` says what else is deployed. */
  async deploy(name: string, targets: readonly object[], spec: Spec = { certificateRef: { name } }): Promise<void> {
    await this.all.world.apply({ ...this.all.ours("StoreDeployment", name), spec: { targets, ...spec } });
  }

  /** The record of a target once it is as `is` wants it. Time goes by in Command meanwhile. */
  target(name: string, target: string, what: string, is: (record: TargetStatus) => boolean): Promise<TargetStatus> {
    const look = async (): Promise<TargetStatus> => {
      this.pass(5_000);
      const { status } = await this.all.world.deployment(name);
      const record = status?.targets?.find((one) => one.name === target);
      if (record !== undefined && is(record)) return record;
      throw new Error(JSON.stringify(record));
    };
    return eventually(`target ${target} of ${name} ${what}`, look, patience);
  }

  /** As `target`, once this certificate lies there. */
  delivered(name: string, target: string, thumbprint?: string): Promise<TargetStatus> {
    const is = ({ phase, remote, job }: TargetStatus): boolean =>
      phase === "Delivered" &&
      job === undefined &&
      (thumbprint === undefined || remote?.version?.startsWith(thumbprint) === true);
    return this.target(name, target, "to be delivered", is);
  }

  reason(name: string, target: string, reason: string): Promise<TargetStatus> {
    return this.target(name, target, `to be ${reason}`, (record) => record.reason === reason);
  }

  /** What a store's orchestrator shall bring or take, and has not begun. */
  waiting(store: Store): Exclude<Work, { kind: "Inventory" }>[] {
    const jobs = this.all.server.command.jobs.waiting().filter(({ storeId }) => storeId === store.id);
    return jobs.flatMap(({ work }) => (work.kind === "Inventory" ? [] : [work]));
  }

  /** When what waits is to begin: null is at once. */
  schedules(store: Store): (object | null)[] {
    const jobs = this.all.server.command.jobs.waiting().filter(({ storeId }) => storeId === store.id);
    return jobs.flatMap(({ work, schedule }) => (work.kind === "Inventory" ? [] : [schedule]));
  }

  /** How many Adds and Removes a store's orchestrator was given and has begun. */
  runs(store: Store): number {
    const rows = this.all.server.command.jobs.history;
    return rows.filter(({ JobType, StorePath }) => JobType === "Management" && StorePath === store.path).length;
  }
}

/** A target in the store resource `command`. */
export function target(name: string, store: Store, block: Spec = {}, more: Spec = {}): object {
  return { name, storeRef: { name: "command" }, keyfactorCommand: { storeId: store.id, ...block }, ...more };
}
