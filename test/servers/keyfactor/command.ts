import { randomUUID, X509Certificate } from "node:crypto";
import { thumbprintOf } from "./files/facts.ts";
import { IssuingCa } from "./issuing-ca.ts";
import { Certificates, type Certificate } from "./model/certificate.ts";
import type { Entry, Orchestrator, Store } from "./model/store.ts";
import { dueOf } from "./model/schedule.ts";
import type { StoreTypeAnswers } from "./model/store-type.ts";
import { storeTypes } from "./model/store-types.ts";
import { Jobs } from "./orchestrator/jobs.ts";
import { advance, type Site } from "./orchestrator/timeline.ts";
import { allPermissions, type Role, type User } from "./permissions.ts";
import { type Features, featuresOf } from "./version.ts";

/** Settings of an installation. */
export interface Settings {
  /** Such as `25.1`, which is what the reference's exchanges are of. */
  readonly version: string;
  readonly roles: readonly Role[];
  readonly users: readonly User[];
  /** Whose a bearer token is; undefined refuses it. */
  readonly tokens: (token: string) => string | undefined | Promise<string | undefined>;
  /** Names of the metadata fields that there are. */
  readonly metadataFields: readonly string[];
  /** What PUT /Certificates/Metadata makes of fields that it is not told of (F.5 [U]). */
  readonly absentMetadata: "Kept" | "Cleared";
  readonly storeTypeAnswers: StoreTypeAnswers;
  /** "Allow Periods in Certificate Filenames" (C.4 [S]). */
  readonly periodsInFileNames: boolean;
  /** The list of "Allow CSPs"; empty is off (C.4 [S]). */
  readonly csps: readonly string[];
  /** The order in which a P7B comes, whatever is asked for: the root first is what clients met (A.12 [K]). */
  readonly p7bOrder: "RootFirst" | "EndEntityFirst";
  readonly clock: () => number;
}

/** What a store is made of; the rest has its defaults. */
export interface NewStore {
  /** ShortName of its type. */
  readonly type: string;
  readonly id?: string;
  readonly clientMachine?: string;
  readonly path?: string;
  readonly containerId?: number;
  readonly approved?: boolean;
  readonly agent?: string;
  readonly orchestrator?: Partial<Orchestrator>;
  /** An inventory job every so many minutes; none where left out. */
  readonly inventoryMinutes?: number | undefined;
}

/** An enrolment whose key is still at hand (A.11 [S]). */
export interface Enrollment {
  readonly requestId: number;
  readonly certificateId: number;
  readonly user: string;
  readonly at: number;
}

const defaults: Settings = {
  version: "25.1.1.0",
  roles: [{ id: 1, name: "Administrator", permissions: allPermissions }],
  users: [{ name: "CORP\\certferry", password: "Passw0rd-of-Command!", roles: ["Administrator"] }],
  tokens: () => undefined,
  metadataFields: [],
  absentMetadata: "Kept",
  storeTypeAnswers: "Clients",
  periodsInFileNames: true,
  csps: [],
  p7bOrder: "RootFirst",
  clock: Date.now,
};

/** All that an installation of Command knows; what time does to it is done before each look (`settle`). */
export class Command implements Site {
  readonly settings: Settings;
  readonly features: Features;
  readonly certificates = new Certificates();
  readonly jobs = new Jobs();
  readonly issuingCa = new IssuingCa();
  readonly enrollments: Enrollment[] = [];
  readonly #stores = new Map<string, Store>();
  #lastItem = 0;
  #lastRequest = 0;

  constructor(settings: Partial<Settings> = {}) {
    this.settings = { ...defaults, ...settings };
    this.features = featuresOf(this.settings.version);
  }

  now(): number {
    return this.settings.clock();
  }

  /** Lets the orchestrators do what they have done by now. */
  settle(): void {
    advance(this, this.now());
  }

  addStore(options: NewStore): Store {
    const type = storeTypes.find(({ shortName }) => shortName === options.type);
    if (type === undefined) throw new Error(`no store type ${options.type}`);
    const { inventoryMinutes: Minutes } = options;
    const inventory = Minutes === undefined ? undefined : dueOf({ Interval: { Minutes } }, this.now());
    const store: Store = {
      id: options.id ?? randomUUID(),
      type,
      clientMachine: options.clientMachine ?? "app1",
      path: options.path ?? `/opt/app/${this.#stores.size + 1}`,
      containerId: options.containerId,
      approved: options.approved ?? true,
      agent: options.agent ?? "uo1",
      orchestrator: { pickUpMs: 0, runMs: 0, retryMs: 0, outcomes: [], ...options.orchestrator },
      inventorySchedule: inventory?.kind === "Every" ? inventory : undefined,
      contents: new Map(),
      inventory: [],
    };
    this.#stores.set(store.id.toLowerCase(), store);
    return store;
  }

  /** Puts a certificate there that Command has not brought; its inventory does not show it yet. */
  putIntoStore(store: Store, alias: string, pem: string): void {
    const certificates = [new X509Certificate(pem)];
    store.contents.set(alias, { alias, certificates, hasPrivateKey: true, itemId: this.nextItemId() });
  }

  /** A certificate without key that Command has come to know, such as a CA's. */
  addCertificate(pem: string): Certificate {
    return this.certificates.record(new X509Certificate(pem)).certificate;
  }

  stores(): Store[] {
    return [...this.#stores.values()];
  }

  store(id: string): Store | undefined {
    return this.#stores.get(id.toLowerCase());
  }

  certificate(id: number): Certificate | undefined {
    return this.certificates.byId(id);
  }

  user(name: string): User | undefined {
    return this.settings.users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  }

  grantedTo(user: User): readonly string[] {
    return this.settings.roles
      .filter(({ name }) => user.roles.includes(name))
      .flatMap(({ permissions }) => permissions);
  }

  nextItemId(): number {
    this.#lastItem += 1;
    return this.#lastItem;
  }

  nextRequestId(): number {
    this.#lastRequest += 1;
    return this.#lastRequest;
  }

  /** An inventory brings Command the certificates that it did not know [D]. */
  found({ inventory }: Store): void {
    for (const { certificates } of inventory) for (const x509 of certificates) this.certificates.record(x509);
  }

  /** Where inventories show the certificate (A.10). */
  locationsOf({ facts }: Certificate): { readonly store: Store; readonly entry: Entry; readonly chainLevel: number }[] {
    return this.stores().flatMap((store) =>
      store.inventory.flatMap((entry) => {
        const chainLevel = entry.certificates.findIndex((x509) => thumbprintOf(x509) === facts.Thumbprint);
        return chainLevel === -1 ? [] : [{ store, entry, chainLevel }];
      }),
    );
  }
}
