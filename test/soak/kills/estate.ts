import { createHash, X509Certificate } from "node:crypto";
import { StoreDeployments } from "../../../src/controllers/resources.ts";
import type { StoreDeployment } from "../../../src/crds/index.ts";
import { Secret } from "../../../src/kube/index.ts";
import { type Issued, issue } from "../../fixtures/pki.ts";
import { deployment, named, target, type World } from "../../integration/world.ts";
import { Ledger, type Loss, type Shows } from "../../ledger/ledger.ts";
import { LedgerServer } from "../../ledger/server.ts";

const ledgers = {
  open: "Everything",
  unmarked: "NoMark",
  blind: "Nothing",
  ordered: "Everything",
} as const satisfies Record<string, Shows>;
export type LedgerName = keyof typeof ledgers;
const names = Object.keys(ledgers) as LedgerName[];
const secrets = ["first", "second"] as const;

/** A write that is lost on its way is still written so much later: less than an attempt's 30 s of grace. */
const lagMs = 3_000;
const lossRate = 0.03;
/** How long an agent takes: about as long as certificates last here, so that many jobs are taken back. */
const pace = { idleMs: 10_000, workMs: 500 };
const slowestMs = 500;
const request = "certferry.io/reconcile-requested-at";
const timely = (): AbortSignal => AbortSignal.timeout(30_000);

type Target = NonNullable<NonNullable<StoreDeployment["status"]>["targets"]>[number];

/** Certificates that are rotated, each in six places: four ledgers that lose answers, one of them by order, and two Secrets. */
export class Estate {
  readonly #world: World;
  readonly #issuer: Issued;
  readonly servers: Readonly<Record<LedgerName, LedgerServer>>;
  /** SHA-256 of what each certificate is now. */
  readonly #wanted: string[] = [];
  rotations = 0;
  doubts = 0;

  private constructor(world: World, issuer: Issued, servers: Readonly<Record<LedgerName, LedgerServer>>) {
    this.#world = world;
    this.#issuer = issuer;
    this.servers = servers;
  }

  static async create(world: World, size: number): Promise<Estate> {
    const issuer = await issue({ subject: "CN=Soak CA", ca: true });
    const servers = {
      open: await ledgerServer("open"),
      unmarked: await ledgerServer("unmarked"),
      blind: await ledgerServer("blind"),
      ordered: await ledgerServer("ordered"),
    };
    servers.ordered.orders.pace = pace;
    const estate = new Estate(world, issuer, servers);
    const stores = names.map((name) => ({
      ...named("certferry.io/v1alpha1", "CertificateStore", name, world.home),
      spec: { ledger: { url: servers[name].url }, timeout: "2s" },
    }));
    await world.apply(...stores);
    for (let index = 0; index < size; index += 1) await estate.rotate(index);
    await world.apply(...estate.#wanted.map((_, index) => estate.#deployment(index)));
    return estate;
  }

  /** Puts a fresh certificate into a source. */
  async rotate(index: number): Promise<void> {
    const name = `web-${index}`;
    const leaf = await issue({ subject: `CN=${name}`, issuer: this.#issuer, dnsNames: [`${name}.example.com`] });
    const data = { "tls.crt": base64(leaf.pem + this.#issuer.pem), "tls.key": base64(leaf.keyPem) };
    const secret = { metadata: { namespace: this.#world.home, name }, type: "kubernetes.io/tls", data };
    await this.#world.plane.client.apply(Secret, secret, { fieldManager: "issuer", force: true, signal: timely() });
    this.#wanted[index] = sha256(leaf.pem);
    this.rotations += 1;
  }

  /**
   * What a person does about doubts: looks into the ledger's own books, removes what the write in doubt has left there, and
   * asks for a reconciliation. Throws where a doubt is about a place that can be looked at.
   */
  async resolveDoubts(): Promise<void> {
    for (const { metadata, status } of await this.#deployments()) {
      const doubts = (status?.targets ?? []).filter(({ reason }) => reason === "InDoubt");
      const asked = metadata.annotations?.[request];
      if (doubts.length === 0 || asked !== status?.lastHandledReconcileAt) continue;
      for (const doubt of doubts) this.#look(metadata.name, doubt);
      this.doubts += doubts.length;
      const annotations = { [request]: `${this.doubts}` };
      const asking = { metadata: { namespace: metadata.namespace, name: metadata.name, annotations } };
      const options = { fieldManager: "person", force: true, signal: timely() };
      await this.#world.plane.client.apply(StoreDeployments, asking, options);
    }
  }

  /** Every place whose record does not say that it holds its certificate as it is now. */
  async unsettled(): Promise<string[]> {
    const found = await this.#deployments();
    return found.flatMap(({ metadata: { name }, status }) => {
      const wanted = this.#wanted[indexOf(name)];
      const unlike = (status?.targets ?? []).filter(
        ({ phase, remote }) => phase !== "Delivered" || remote?.sha256 !== wanted,
      );
      return unlike.map((target) => `${name}/${target.name}: ${target.phase} ${target.reason ?? ""}`);
    });
  }

  /** Every title whose last entry is not its certificate as it is now. */
  misplaced(): string[] {
    return this.#wanted.flatMap((wanted, index) =>
      names.flatMap((name) => {
        const last = this.servers[name].ledger.entries(`web-${index}`).at(-1);
        return last !== undefined && sha256(last.certificate) === wanted ? [] : [`${name}/web-${index}`];
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(names.map((name) => this.servers[name].close()));
  }

  #look(title: string, { name, remote }: Target): void {
    if (name !== "blind") throw new Error(`${title}/${name} is in doubt, though it can be looked at`);
    const { ledger } = this.servers.blind;
    const last = ledger.entries(title).at(-1);
    if (last !== undefined && sha256(last.certificate) !== remote?.sha256) ledger.strike(title);
  }

  async #deployments(): Promise<StoreDeployment[]> {
    const { plane, home: namespace } = this.#world;
    return (await plane.client.list(StoreDeployments, { namespace, signal: timely() })).items;
  }

  #deployment(index: number): object {
    const name = `web-${index}`;
    const inLedgers = names.map((store) => {
      const how = store === "ordered" ? { byOrder: true } : {};
      return { name: store, storeRef: { name: store }, ledger: { title: name, ...how } };
    });
    const inSecrets = secrets.map((which) => target(which, this.#world.away, `${name}-${which}`));
    return deployment(this.#world.home, name, [...inLedgers, ...inSecrets], { source: { secretRef: { name } } });
  }
}

function ledgerServer(name: LedgerName): Promise<LedgerServer> {
  const losses: Loss[] = ["Before", "During", "After"];
  const lost = (): Loss | undefined => (Math.random() < lossRate ? losses[Math.floor(Math.random() * 3)] : undefined);
  const ledger = new Ledger(ledgers[name], Date.now, lagMs);
  return LedgerServer.start(ledger, () => ({ slowMs: Math.random() * slowestMs, loss: lost() }));
}

function indexOf(name: string): number {
  return Number(name.split("-").at(-1));
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Of the first certificate of a PEM, as a record has it. */
export function sha256(pem: string): string {
  return createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
}
