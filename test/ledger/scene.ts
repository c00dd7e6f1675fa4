import { type ControlPlane, startControlPlane } from "../control-plane/index.ts";
import { FaultProxy } from "../fault-proxy/index.ts";
import { named, World } from "../integration/world.ts";
import { keepTold } from "../leaks/material.ts";
import { installWithLedger } from "./install.ts";
import { Ledger, type Shows } from "./ledger.ts";
import { type OperatorProcess, OperatorProgram } from "./process.ts";
import { LedgerServer } from "./server.ts";

/** Later than any deadline of an attempt: store timeout and 30 s. */
const afterDeadlines = 120_000;

/** A target that writes one title of the ledger behind a store. */
export function ledgerTarget(store: string, title: string, how: { readonly byOrder?: true } = {}): object {
  return { name: "t", storeRef: { name: store }, ledger: { title, ...how } };
}

/** A cluster with the ledger's CRDs, two ledgers with a store each, and operators that reach the API server through a proxy. */
export class Scene {
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  readonly world: World;
  /** Shows everything. */
  readonly open: LedgerServer;
  /** Cannot be read. */
  readonly blind: LedgerServer;
  readonly #program: OperatorProgram;

  private constructor(
    plane: ControlPlane,
    proxy: FaultProxy,
    world: World,
    ledgers: [LedgerServer, LedgerServer],
    program: OperatorProgram,
  ) {
    this.plane = plane;
    this.proxy = proxy;
    this.world = world;
    [this.open, this.blind] = ledgers;
    this.#program = program;
  }

  static async create(name: string): Promise<Scene> {
    const plane = await startControlPlane();
    await installWithLedger(plane);
    const proxy = await FaultProxy.start(plane);
    const world = await World.create(plane, name);
    const ledgers = [
      await ledgerStore(world, "open", "Everything"),
      await ledgerStore(world, "blind", "Nothing"),
    ] as const;
    const token = await plane.tokenFor("certferry-system", "certferry");
    const identity = { server: proxy.server, caPem: proxy.caPem, token };
    return new Scene(plane, proxy, world, [...ledgers], await OperatorProgram.build(plane.facts.folder, identity));
  }

  /** Runs an operator until `reached`, and kills it there. */
  killWhen(reached: () => Promise<unknown>): Promise<void> {
    return this.#during(0, reached);
  }

  /** Runs an operator whose clock is past every deadline, as long as `work` takes. */
  withNext(work: () => Promise<unknown>): Promise<void> {
    return this.#during(afterDeadlines, work);
  }

  async close(): Promise<void> {
    await Promise.all([this.open.close(), this.blind.close(), this.proxy.close()]);
    await this.plane.stop();
  }

  async #during(clockMs: number, work: () => Promise<unknown>): Promise<void> {
    const operator = this.#program.start(flagsFor(this.world), clockMs);
    try {
      await work();
    } catch (error) {
      throw new Error(`${String(error)}\n${lastLines(operator)}`, { cause: error });
    } finally {
      await operator.kill();
      keepTold("log", operator.log);
    }
  }
}

/** One operator of several, each believing that it leads, for the namespace of a world. */
export function flagsFor({ home }: World): string[] {
  return [
    "--namespace=certferry-system",
    `--watch-namespaces=${home}`,
    `--owner-id=${home}`,
    "--leader-elect=false",
    "--metrics-bind-address=0",
    "--health-probe-bind-address=0",
  ];
}

async function ledgerStore(world: World, name: string, shows: Shows): Promise<LedgerServer> {
  const server = await LedgerServer.start(new Ledger(shows, Date.now));
  const spec = { ledger: { url: server.url }, timeout: "60s" };
  await world.apply({ ...named("certferry.io/v1alpha1", "CertificateStore", name, world.home), spec });
  return server;
}

function lastLines({ log }: OperatorProcess): string {
  return log.split("\n").slice(-20).join("\n");
}
