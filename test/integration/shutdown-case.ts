import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreDeployments } from "../../src/controllers/resources.ts";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { Secret } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, kubeconfigText } from "../control-plane/index.ts";
import { type Fault, FaultProxy, type Injection, type Match } from "../fault-proxy/index.ts";
import { rememberSecret } from "../leaks/material.ts";
import { type Home, makeHome } from "./leader-home.ts";
import { holderOf, Replica, type ReplicaOptions, startMs } from "./leader-replica.ts";
import { deployment, leafAndIssuer, named, target } from "./world.ts";

const timely = (): AbortSignal => AbortSignal.timeout(5_000);

/** One operator that reaches the API server through a fault proxy only, with one deployment to do. */
export class ShutdownCase {
  readonly plane: ControlPlane;
  readonly home: Home;
  readonly proxy: FaultProxy;
  readonly #kubeconfig: string;

  private constructor(plane: ControlPlane, home: Home, proxy: FaultProxy, kubeconfig: string) {
    this.plane = plane;
    this.home = home;
    this.proxy = proxy;
    this.#kubeconfig = kubeconfig;
  }

  static async create(plane: ControlPlane, prefix: string): Promise<ShutdownCase> {
    const home = await makeHome(plane, prefix, ["operator"], "60s");
    const proxy = await FaultProxy.start(plane);
    return new ShutdownCase(plane, home, proxy, await kubeconfigThrough(proxy, plane, home, "operator"));
  }

  start(options: ReplicaOptions = {}): Promise<Replica> {
    return Replica.start(this.plane, this.home.home, "operator", { ...options, kubeconfig: this.#kubeconfig });
  }

  deploy(): Promise<void> {
    return deployWeb(this.plane, this.home);
  }

  leads(): Promise<boolean> {
    const isHeld = async (): Promise<boolean> => (await holderOf(this.plane, this.home.home)) !== "";
    return eventually("the operator to lead", isHeld, { withinMs: startMs });
  }

  /** Holds back requests, or their answers, until `release`. */
  hold(match: Match, what: "Request" | "Answer" = "Request"): { injection: Injection; release: () => void } {
    const gate = Promise.withResolvers<void>();
    const fault: Fault = async (exchange) => {
      if (what === "Request") await gate.promise;
      const answer = await exchange.forward();
      await gate.promise;
      await exchange.pass(answer);
    };
    return { injection: this.proxy.inject(fault, match), release: () => gate.resolve() };
  }

  async deployment(): Promise<StoreDeployment> {
    const { home: namespace } = this.home;
    return this.plane.client.get(StoreDeployments, { namespace, name: "web" }, { signal: timely() });
  }

  /** Phase of the one delivery, and whether an attempt is open. */
  async record(): Promise<{ phase: string | undefined; open: boolean }> {
    const record = (await this.deployment()).status?.targets?.[0];
    return { phase: record?.phase, open: record?.attempt !== undefined };
  }

  async placed(): Promise<boolean> {
    const { items } = await this.plane.client.list<Secret>(Secret, { namespace: this.home.away, signal: timely() });
    return items.some(({ metadata }) => metadata.name === "placed");
  }

  holder(): Promise<string> {
    return holderOf(this.plane, this.home.home);
  }

  close(): Promise<void> {
    return this.proxy.close();
  }
}

export function met(injection: Injection): Promise<boolean> {
  return eventually("the request", () => injection.hits > 0, { withinMs: startMs });
}

/** Path of a kubeconfig of a ServiceAccount of `home`, whose server is the proxy. */
export async function kubeconfigThrough(
  proxy: FaultProxy,
  plane: ControlPlane,
  { home }: Home,
  account: string,
): Promise<string> {
  const path = join(plane.facts.folder, `${home}-${randomUUID()}.kubeconfig`);
  const token = await plane.tokenFor(home, account);
  await writeFile(path, kubeconfigText(proxy.server, proxy.caPem, { token }), { mode: 0o600 });
  return path;
}

/** Applies a source, valid from a day ago, and a deployment of it into a Secret that is not there. */
export async function deployWeb(plane: ControlPlane, { home, away }: Home): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer("web.example.com", { notBefore: new Date(Date.now() - 86_400_000) });
  rememberSecret(leaf.keyPem);
  const stringData = { "tls.crt": leaf.pem + issuer.pem, "tls.key": leaf.keyPem };
  const items = [
    { ...named("v1", "Secret", "web-tls", home), type: "kubernetes.io/tls", stringData },
    deployment(home, "web", [target("t", away, "placed")]),
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await plane.kubectl(["apply", "--server-side", "-f", "-"], { input });
}
