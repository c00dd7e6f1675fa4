import { FaultProxy } from "../fault-proxy/index.ts";
import { kubeconfigText } from "../control-plane/index.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, named, target, type World } from "./world.ts";

/** A store of its own for a world's cluster: by a kubeconfig, and through a proxy that counts and fails. */
export class ProxiedStore {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly #world: World;

  private constructor(name: string, proxy: FaultProxy, world: World) {
    this.name = name;
    this.proxy = proxy;
    this.#world = world;
  }

  /** Its user is the world's writer, when no other token is given. */
  static async create(world: World, name: string, spec: object = {}, token?: string): Promise<ProxiedStore> {
    await world.apply(...mayNameTheCluster(world));
    const store = new ProxiedStore(name, await FaultProxy.start(world.plane), world);
    await store.login(token ?? (await world.plane.tokenFor(world.home, "writer")));
    const auth = { kubeconfigSecretRef: { name, key: "kubeconfig" } };
    await world.apply({
      ...named("certferry.io/v1alpha1", "CertificateStore", name, world.home),
      spec: { kubernetes: { auth }, ...spec },
    });
    return store;
  }

  /** Puts another kubeconfig into the store's Secret: with this token, and the CA that the proxy has now. */
  async login(token: string): Promise<void> {
    rememberSecret(token);
    const { server, caPem } = this.proxy;
    const kubeconfig = kubeconfigText(server, caPem, { token });
    await this.#world.apply({ ...named("v1", "Secret", this.name, this.#world.home), stringData: { kubeconfig } });
  }

  /** The Secret that its deployments deliver. */
  get source(): string {
    return `${this.name}-source`;
  }

  /** Applies so many deployments of one target each, named `<store>-<index>`, each into a Secret of that name. */
  async deploy(count: number): Promise<void> {
    const source = { secretRef: { name: this.source } };
    const { home, away } = this.#world;
    const objects = names(this.name, count).map((name) =>
      deployment(home, name, [target("t", away, name, { storeRef: { name: this.name } })], { source }),
    );
    await this.#world.apply(...objects);
  }
}

export function names(store: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${store}-${index}`);
}

/** A kubeconfig's user needs the uid of kube-system, which names the cluster. */
function mayNameTheCluster({ home }: World): object[] {
  const name = `${home}-cluster-uid`;
  const rules = [{ apiGroups: [""], resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] }];
  const api = "rbac.authorization.k8s.io";
  return [
    { apiVersion: `${api}/v1`, kind: "ClusterRole", metadata: { name }, rules },
    {
      apiVersion: `${api}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: api, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: "writer", namespace: home }],
    },
  ];
}
