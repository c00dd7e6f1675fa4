import { type KubeObject, Namespace, type Resource, Secret } from "../../src/kube/index.ts";
import { CertificateImports, CertificateStores, StoreDeployments } from "../../src/controllers/resources.ts";
import { type ControlPlane, install, startControlPlane } from "../control-plane/index.ts";
import { writer } from "../integration/world.ts";

const operator = { namespace: "certferry-system", name: "certferry" };
const applyMs = 60_000;
/** Objects applied at once while loading. */
const loaders = 16;

const resources: Readonly<Record<string, Resource>> = {
  Secret,
  CertificateStore: CertificateStores,
  CertificateImport: CertificateImports,
  StoreDeployment: StoreDeployments,
};

/** Namespaces with a store, its writer, and the writer's rights. */
export interface Realm {
  readonly home: string;
  readonly away: string;
}

/** The API server that everything is measured against. */
export class BenchCluster {
  readonly plane: ControlPlane;
  readonly clusterUid: string;

  private constructor(plane: ControlPlane, clusterUid: string) {
    this.plane = plane;
    this.clusterUid = clusterUid;
  }

  static async start(progress: (line: string) => void): Promise<BenchCluster> {
    const plane = await startControlPlane({ progress });
    await install(plane);
    const { metadata } = await plane.client.get(Namespace, { name: "kube-system" }, timely());
    return new BenchCluster(plane, metadata.uid ?? "");
  }

  async realm(prefix: string): Promise<Realm> {
    const home = await this.plane.namespace(prefix);
    const away = await this.plane.namespace(`${prefix}-away`);
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: writer(home, away) });
    await this.plane.kubectl(["apply", "--server-side", "-f", "-"], { input });
    return { home, away };
  }

  /** Tokens of the identities that the operator acts with. */
  async tokens({ home }: Realm): Promise<{ operator: string; writer: string }> {
    const [own, writer] = await Promise.all([
      this.plane.tokenFor(operator.namespace, operator.name),
      this.plane.tokenFor(home, "writer"),
    ]);
    return { operator: own, writer };
  }

  /** Applies objects, many at once. Gives them as they are stored. */
  async load(objects: readonly object[]): Promise<KubeObject[]> {
    const stored: KubeObject[] = [];
    let next = 0;
    const one = async (): Promise<void> => {
      for (let index = next++; index < objects.length; index = next++) {
        stored[index] = await this.#apply(objects[index] as Applied);
      }
    };
    await Promise.all(Array.from({ length: loaders }, one));
    return stored;
  }

  stop(): Promise<void> {
    return this.plane.stop();
  }

  async #apply(object: Applied): Promise<KubeObject> {
    const resource = resources[object.kind];
    if (resource === undefined) throw new Error(`the bench loads no ${object.kind}`);
    return (await this.plane.client.apply(resource, object, { fieldManager: "bench", force: true, ...timely() }))
      .object;
  }
}

interface Applied {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

function timely(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(applyMs) };
}
