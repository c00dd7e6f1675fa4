import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Issued } from "../fixtures/pki.ts";
import { leafAndIssuer, named, World } from "../integration/world.ts";
import { yardProvider } from "./provider.ts";
import { Yard } from "./yard.ts";

type Status = NonNullable<StoreDeployment["status"]>;

/** A world with two yards, and an import `web` into the first. */
export class YardScene {
  readonly yard = new Yard();
  readonly elsewhere = new Yard();
  #world: World | undefined;
  #slots = 0;

  get world(): World {
    if (this.#world === undefined) throw new Error("the scene is not there yet");
    return this.#world;
  }

  async create(name: string): Promise<void> {
    this.#world = await World.create(sharedControlPlane(), name);
    await this.world.apply(this.store("yard"), this.store("elsewhere"));
  }

  async start(flags: readonly string[] = []): Promise<void> {
    const yards = { "yard.example.com": this.yard, "elsewhere.example.com": this.elsewhere };
    await this.world.start(flags, 300, [yardProvider(yards)]);
  }

  async import(): Promise<void> {
    await this.world.apply(this.ours("CertificateImport", "web", this.importSpec()));
    await eventually("the import", async () => {
      return (await this.world.import("web")).status?.delivery?.phase === "Delivered";
    });
  }

  readonly ours = (kind: string, name: string, spec: object): object => ({
    ...named("certferry.io/v1alpha1", kind, name, this.world.home),
    spec,
  });

  readonly store = (name: string, more: object = {}): object => {
    const auth = { basicSecretRef: { name: "unused" } };
    const spec = { keyfactorCommand: { url: `https://${name}.example.com`, auth }, ...more };
    return this.ours("CertificateStore", name, spec);
  };

  readonly importSpec = (more: object = {}): object => ({
    source: { secretRef: { name: "web-tls" } },
    storeRef: { name: "yard" },
    keyfactorCommand: {},
    ...more,
  });

  /** The source gets another certificate. */
  readonly renewed = async (): Promise<Issued> => {
    const [issued, issuer] = await leafAndIssuer("jobs.example.com");
    await this.world.source("web-tls", issued, [issuer]);
    return issued;
  };

  /** A slot that no other test has. */
  readonly slotOf = (): string => {
    this.#slots += 1;
    return `00000000-0000-0000-0000-${String(this.#slots).padStart(12, "0")}`;
  };

  readonly target = (storeId: string, block: object = {}, more: object = {}): object => ({
    name: "t",
    storeRef: { name: "yard" },
    ...more,
    keyfactorCommand: { storeId, ...block },
  });

  readonly deployment = (name: string, targets: readonly object[], spec: object = {}): object =>
    this.ours("StoreDeployment", name, {
      certificateRef: { name: "web" },
      refreshInterval: "0",
      targets,
      ...spec,
    });

  readonly status = (name: string, what: string, fits: (status: Status) => boolean): Promise<Status> =>
    eventually(
      `${name}: ${what}`,
      async () => {
        const { status = {} } = await this.world.deployment(name);
        if (fits(status)) return status;
        throw new Error(JSON.stringify(status));
      },
      { withinMs: 60_000 },
    );

  /** A deployment whose job is on its way to a slot. */
  readonly submitted = async (name: string, slot: string, spec: object = {}): Promise<void> => {
    await this.world.apply(this.deployment(name, [this.target(slot)], spec));
    await this.status(name, "a job", ({ targets }) => targets?.[0]?.job !== undefined);
  };

  readonly delivered = async (name: string, slot: string, spec: object = {}): Promise<void> => {
    await this.submitted(name, slot, spec);
    this.yard.end(slot);
    await this.status(name, "the end of the job", ({ targets }) => targets?.[0]?.phase === "Delivered");
  };

  readonly gone = (name: string): Promise<unknown> =>
    eventually(`${name} to go`, () => this.world.isGone("storedeployment", name), { withinMs: 60_000 });

  readonly told = (reason: string, name: string): Promise<string[]> =>
    eventually(`${reason} of ${name}`, async () => {
      const notes = await this.world.told(reason, name);
      if (notes.length === 0) throw new Error("nobody told it");
      return notes;
    });
}

/** Ready, Reconciling and Stalled, each with its reason. */
export function ready({ conditions = [] }: Status): string[] {
  return ["Ready", "Reconciling", "Stalled"].map((name) => {
    const found = conditions.find(({ type }) => type === name);
    return `${found?.status} ${found?.reason}`;
  });
}
