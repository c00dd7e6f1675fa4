import { Writable } from "node:stream";
import type { CertificateImport, StoreDeployment } from "../../src/crds/index.ts";
import { parseConfig } from "../../src/config.ts";
import { CertificateImports, StoreDeployments } from "../../src/controllers/resources.ts";
import { type ClusterConfig, Secret } from "../../src/kube/index.ts";
import { runOperator } from "../../src/operator.ts";
import { createLogger } from "../../src/runtime/index.ts";
import type { Provider } from "../../src/stores/contract.ts";
import { type ClusterAccess, eventually } from "../control-plane/index.ts";
import { ControlPlane } from "../control-plane/control-plane.ts";
import { type Issued, issue } from "../fixtures/pki.ts";
import { recordStates } from "../kstatus/states.ts";
import { keepTold, rememberSecret } from "../leaks/material.ts";

const timeout = (): AbortSignal => AbortSignal.timeout(20_000);

/** An operator in this process, with the rights that deploy/ gives it, and the namespaces it serves. */
export class World {
  readonly plane: ClusterAccess;
  /** Where sources, stores and resources are. */
  readonly home: string;
  /** Where the writer may write. */
  readonly away: string;
  #stop = new AbortController();
  #running: Promise<void> | undefined;
  #metricsPort = 0;
  #aheadMs = 0;
  readonly #log: string[] = [];

  private constructor(plane: ClusterAccess, home: string, away: string) {
    this.plane = plane;
    this.home = home;
    this.away = away;
  }

  static async create(plane: ClusterAccess, name: string): Promise<World> {
    const world = new World(plane, await plane.namespace(name), await plane.namespace(`${name}-away`));
    await world.apply(...writer(world.home, world.away));
    return world;
  }

  /** @param through what the operator's way to the API server leads through */
  async start(
    flags: readonly string[] = [],
    lookAgainMs = 300,
    providers: readonly Provider[] = [],
    through: { configFor(config: ClusterConfig): ClusterConfig } = { configFor: (config) => config },
  ): Promise<void> {
    const destination = new Writable({
      write: (chunk, _, done) => {
        this.#log.push(String(chunk));
        done();
      },
    });
    this.#stop = new AbortController();
    // Those on the shared control plane are recorded for all tests at once.
    if (this.plane instanceof ControlPlane) await recordStates(this.plane.client, this.#stop.signal);
    const config = parseConfig(
      [
        `--watch-namespaces=${this.home}`,
        `--owner-id=${this.home}`,
        "--namespace=certferry-system",
        // Clusters and proxies of tests are on loopback.
        "--deny-egress=",
        "--leader-elect=false",
        "--metrics-bind-address=127.0.0.1:0",
        "--health-probe-bind-address=0",
        "--log-level=trace",
        ...flags,
      ],
      {},
    );
    const log = createLogger({ level: config.logLevel, destination });
    const cluster = through.configFor(this.plane.configFor("certferry-system", "certferry"));
    const now = (): Date => new Date(Date.now() + this.#aheadMs);
    const serving = Promise.withResolvers<void>();
    const onServing = ({ metricsPort = 0 }: { metricsPort: number | undefined }): void => {
      this.#metricsPort = metricsPort;
      serving.resolve();
    };
    this.#running = runOperator({ config, log, cluster, lookAgainMs, now, onServing, providers }, this.#stop.signal);
    await Promise.race([serving.promise, this.#running]);
  }

  /** Sets the operator's wall clock, which goes on from there. */
  setClock(to: string): void {
    this.#aheadMs = Date.parse(to) - Date.now();
  }

  /** Stops the operator, and keeps what it told for the search for leaks. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    keepTold("metrics", await this.metrics());
    this.#stop.abort();
    await this.#running;
    this.#running = undefined;
    keepTold("log", this.#log.join(""));
    for (const namespace of [this.home, this.away]) {
      keepTold(
        "events",
        (await this.plane.kubectl(["get", "events.events.k8s.io", "-n", namespace, "-o", "json"])).stdout,
      );
      const kinds =
        "certificatestores,clustercertificatestores,certificateimports,storedeployments,certificatedownloads";
      keepTold("status", (await this.plane.kubectl(["get", kinds, "-n", namespace, "-o", "json"])).stdout);
    }
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text();
  }

  /** Server-side apply of objects, as a GitOps tool would. */
  async apply(...objects: object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await this.plane.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
  }

  async delete(kind: string, name: string, namespace = this.home): Promise<void> {
    await this.plane.kubectl(["delete", kind, name, "-n", namespace, "--wait=false"]);
  }

  /** Changes a deployment by a merge patch. */
  async patch(name: string, patch: object): Promise<void> {
    const args = ["patch", "storedeployment", name, "-n", this.home, "--type=merge", "-p", JSON.stringify(patch)];
    await this.plane.kubectl(args);
  }

  /** Asks for a reconciliation of a deployment. */
  async request(name: string, value: string): Promise<void> {
    const annotation = `certferry.io/reconcile-requested-at=${value}`;
    await this.plane.kubectl(["annotate", "storedeployment", name, "-n", this.home, "--overwrite", annotation]);
  }

  /** Asks for a reconciliation of a deployment, and waits until it is handled. */
  async reconcile(name: string, value: string): Promise<void> {
    await this.request(name, value);
    await eventually("the request to be handled", async () => {
      return (await this.deployment(name)).status?.lastHandledReconcileAt === value;
    });
  }

  async isGone(kind: string, name: string, namespace = this.home): Promise<boolean> {
    const args = ["get", kind, name, "-n", namespace, "--ignore-not-found"];
    return (await this.plane.kubectl(args)).stdout === "";
  }

  secret(name: string, namespace = this.away): Promise<Secret> {
    return this.plane.client.get(Secret, { namespace, name }, { signal: timeout() });
  }

  /** Puts a certificate into a `kubernetes.io/tls` Secret. */
  async source(name: string, leaf: Issued, chain: readonly Issued[] = [], key: Issued = leaf): Promise<void> {
    rememberSecret(key.keyPem);
    const stringData = { "tls.crt": [leaf, ...chain].map(({ pem }) => pem).join(""), "tls.key": key.keyPem };
    await this.apply({ ...named("v1", "Secret", name, this.home), type: "kubernetes.io/tls", stringData });
  }

  async deployment(name: string): Promise<StoreDeployment> {
    return this.plane.client.get(StoreDeployments, { namespace: this.home, name }, { signal: timeout() });
  }

  async import(name: string): Promise<CertificateImport> {
    return this.plane.client.get(CertificateImports, { namespace: this.home, name }, { signal: timeout() });
  }

  /** The deployment once a condition has a reason. */
  reason(name: string, reason: string, type = "Ready"): Promise<StoreDeployment> {
    return eventually(`${type} of ${name} to be ${reason}`, async () => {
      const found = await this.deployment(name);
      const condition = found.status?.conditions?.find((one) => one.type === type);
      const current = found.status?.observedGeneration === found.metadata.generation;
      if (condition?.reason === reason && current) return found;
      throw new Error(`it is ${condition?.reason ?? "not there"}: ${condition?.message ?? ""}`);
    });
  }

  /** What the operator told of an object by events of this reason, in any order. */
  async told(reason: string, name: string, namespace = this.home): Promise<string[]> {
    const { stdout } = await this.plane.kubectl(["get", "events.events.k8s.io", "-n", namespace, "-o", "json"]);
    const { items } = JSON.parse(stdout) as { items: { reason: string; note: string; regarding: { name: string } }[] };
    return items.filter((one) => one.reason === reason && one.regarding.name === name).map(({ note }) => note);
  }

  /** What was written into Secrets of `away`, by the API server's audit log. */
  async writes(name?: string, since?: Date): Promise<number> {
    const filter = { resource: "secrets", namespace: this.away, ...(name && { name }), ...(since && { since }) };
    const all = await this.plane.audit.writes(filter);
    return all.filter(({ user }) => user === `system:serviceaccount:${this.home}:writer`).length;
  }
}

/** An object's head. */
export function named(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  metadata: object = {},
): object {
  return { apiVersion, kind, metadata: { name, namespace, ...metadata } };
}

export function store(namespace: string, name = "apps", serviceAccount = "writer"): object {
  return {
    ...named("certferry.io/v1alpha1", "CertificateStore", name, namespace),
    spec: { kubernetes: { auth: { serviceAccountRef: { name: serviceAccount } } } },
  };
}

/** A target that writes one Secret. */
export function target(name: string, namespace: string, secret: string, more: object = {}, block: object = {}): object {
  return {
    name,
    storeRef: { name: "apps" },
    ...more,
    kubernetes: { namespace, name: secret, outputs: [{ format: "TLS" }], ...block },
  };
}

export function deployment(namespace: string, name: string, targets: readonly object[], spec: object = {}): object {
  return {
    ...named("certferry.io/v1alpha1", "StoreDeployment", name, namespace),
    spec: { source: { secretRef: { name: "web-tls" } }, targets, ...spec },
  };
}

/** A leaf for a host, issued by a CA of its own. */
export async function leafAndIssuer(
  host: string,
  more: Partial<Parameters<typeof issue>[0]> = {},
): Promise<[Issued, Issued]> {
  const issuer = await issue({ subject: "CN=Integration CA", ca: true });
  return [await issue({ subject: `CN=${host}`, issuer, dnsNames: [host], ...more }), issuer];
}

/** The writer's account, the right to act as it, its rights in `away`, and a store that writes there. */
export function writer(home: string, away: string): object[] {
  return [
    named("v1", "ServiceAccount", "writer", home),
    ...tokenGrant(home, "writer"),
    ...secretsGrant(home, away),
    store(home),
  ];
}

export function tokenGrant(home: string, account: string): object[] {
  const rules = [
    { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [account], verbs: ["create"] },
  ];
  const operator = { kind: "ServiceAccount", name: "certferry", namespace: "certferry-system" };
  return roleFor(home, `${account}-token`, rules, operator);
}

export function secretsGrant(home: string, away: string, role = "writer"): object[] {
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "patch", "delete"] }];
  return roleFor(away, role, rules, { kind: "ServiceAccount", name: "writer", namespace: home });
}

function roleFor(namespace: string, name: string, rules: object[], subject: object): object[] {
  const api = "rbac.authorization.k8s.io";
  const roleRef = { apiGroup: api, kind: "Role", name };
  return [
    { ...named(`${api}/v1`, "Role", name, namespace), rules },
    { ...named(`${api}/v1`, "RoleBinding", name, namespace), roleRef, subjects: [subject] },
  ];
}
