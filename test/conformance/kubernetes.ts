import type { Store } from "../../src/stores/contract.ts";
import { egressGuard } from "../../src/stores/egress/index.ts";
import { createRegistry } from "../../src/stores/registry.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { after, answer, before, type Fault as ProxyFault, FaultProxy, reset, stall } from "../fault-proxy/index.ts";
import { secretsGrant, World } from "../integration/world.ts";
import type { Fault, Fixture, FixtureKind } from "./fixture.ts";

const key = "web.pem";
const egress = egressGuard({ deny: [], allow: undefined, resolve: new Map() });

/** Secrets on a real API server, behind a proxy that fails. */
export const kubernetes: FixtureKind = {
  provider: "kubernetes",
  faults: {
    CredentialsRefused: { by: "401 from the fault proxy" },
    RightMissing: { by: "the Role of the writer lets it only look" },
    Throttled: { by: "429 from the fault proxy" },
    ServerError: { by: "503 from the fault proxy" },
    NeverArrived: { by: "the fault proxy resets the connection before the API server hears of it" },
    AnswerLost: { by: "the fault proxy resets the connection once the API server has answered" },
    Silence: { by: "the fault proxy says nothing" },
  },
  create: async () => {
    const plane = sharedControlPlane();
    const world = await World.create(plane, "conformance");
    return new KubernetesFixture(world, await FaultProxy.start(plane));
  },
};

/** What the proxy does to every write. */
const injections: Readonly<Partial<Record<Fault, ProxyFault>>> = {
  CredentialsRefused: before(answer(401, "Unauthorized")),
  // The client itself waits for what is sooner.
  Throttled: before(answer(429, "TooManyRequests", { "retry-after": "60" })),
  ServerError: before(answer(503, "ServiceUnavailable")),
  NeverArrived: before(reset),
  AnswerLost: after(reset),
  Silence: before(stall),
};

class KubernetesFixture implements Fixture {
  readonly #world: World;
  readonly #proxy: FaultProxy;

  constructor(world: World, proxy: FaultProxy) {
    this.#world = world;
    this.#proxy = proxy;
  }

  async open(): Promise<Store> {
    const { client, adminConfig } = this.#world.plane;
    const cluster = this.#proxy.configFor(adminConfig);
    const registry = createRegistry({
      client,
      cluster,
      clusterUid: "uid",
      userAgent: "test",
      egress,
      webEgress: egress,
    });
    const context = {
      namespace: this.#world.home,
      timeoutMs: 10_000,
      readSecret: () => Promise.resolve(new Map<string, Buffer>()),
      readConfigMap: () => Promise.resolve(new Map<string, Buffer>()),
      turn: () => Promise.resolve(),
    };
    const block = { auth: { serviceAccountRef: { name: "writer" } } };
    const store = await registry.get("kubernetes")?.create(block, context, AbortSignal.timeout(60_000));
    if (store === undefined) throw new Error("no provider");
    return store;
  }

  block(spot: string): unknown {
    return { namespace: this.#world.away, name: spot, outputs: [{ format: "PEM", key }] };
  }

  async read(spot: string): Promise<string | undefined> {
    const path = `jsonpath={.data.${key.replace(".", "\\.")}}`;
    const { stdout } = await this.#kubectl(["get", "secret", spot, "--ignore-not-found", "-o", path]);
    return stdout === "" ? undefined : Buffer.from(stdout, "base64").toString();
  }

  async plant(spot: string, text: string): Promise<void> {
    const metadata = { name: spot, namespace: this.#world.away };
    await this.#world.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData: { [key]: text } });
  }

  async clear(spot: string): Promise<void> {
    await this.#kubectl(["delete", "secret", spot]);
  }

  async suffer(fault: Fault, work: () => Promise<void>): Promise<void> {
    const injected = injections[fault];
    if (injected === undefined) return this.#withoutRight(work);
    this.#proxy.inject(injected, { method: "PATCH", path: "/secrets/" });
    try {
      await work();
    } finally {
      this.#proxy.heal();
    }
  }

  async close(): Promise<void> {
    await this.#proxy.close();
  }

  /** Looks stay allowed. */
  async #withoutRight(work: () => Promise<void>): Promise<void> {
    const grant = (verbs: readonly string[]): object[] =>
      secretsGrant(this.#world.home, this.#world.away).map((object) =>
        "rules" in object ? { ...object, rules: [{ apiGroups: [""], resources: ["secrets"], verbs }] } : object,
      );
    await this.#world.apply(...grant(["get"]));
    try {
      await work();
    } finally {
      await this.#world.apply(...grant(["get", "create", "patch", "delete"]));
    }
  }

  #kubectl(args: readonly string[]): Promise<{ stdout: string }> {
    return this.#world.plane.kubectl([...args, "-n", this.#world.away]);
  }
}
