import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClusterConfig, connect, type KubeClient, Namespace, requestToken } from "../../src/kube/index.ts";
import { AuditLog } from "./audit.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { type KubectlOptions, type KubectlResult, runKubectl } from "./kubectl.ts";

/** All that another process needs to use a running control plane. */
export interface ControlPlaneFacts {
  readonly folder: string;
  readonly server: string;
  readonly caPem: string;
  readonly adminCertPem: string;
  readonly adminKeyPem: string;
  /** Path of the program. */
  readonly kubectl: string;
}

const requestMs = 10_000;
const tokenSeconds = 86_400;

/** A control plane as its users see it, whoever started it. */
export class ClusterAccess {
  readonly facts: ControlPlaneFacts;
  readonly audit: AuditLog;
  #client: KubeClient | undefined;

  constructor(facts: ControlPlaneFacts) {
    this.facts = facts;
    const get = (path: string): Promise<unknown> =>
      this.client.getPath(path, { signal: AbortSignal.timeout(requestMs) });
    this.audit = new AuditLog(join(facts.folder, "audit.log"), get);
  }

  get server(): string {
    return this.facts.server;
  }

  get adminConfig(): ClusterConfig {
    const { server, caPem, adminCertPem, adminKeyPem } = this.facts;
    return { server, caPem, credentials: { clientCertificate: { certPem: adminCertPem, keyPem: adminKeyPem } } };
  }

  /** Path of a kubeconfig with all rights. */
  get kubeconfig(): string {
    return join(this.facts.folder, "admin.kubeconfig");
  }

  /** A client with all rights, shared; closed by `close`. */
  get client(): KubeClient {
    this.#client ??= connect(this.adminConfig, { userAgent: "test" });
    return this.#client;
  }

  /** The cluster as a ServiceAccount: what RBAC gives it, and no more. */
  configFor(namespace: string, serviceAccount: string): ClusterConfig {
    const { server, caPem } = this.facts;
    let held: Promise<string> | undefined;
    const token = (_: AbortSignal, refused?: string): Promise<string> => {
      if (refused !== undefined) held = undefined;
      held ??= this.tokenFor(namespace, serviceAccount);
      return held;
    };
    return { server, caPem, credentials: { token } };
  }

  /** Path of a kubeconfig with a ServiceAccount's rights, for a process of its own. Good for a day. */
  async kubeconfigFor(namespace: string, serviceAccount: string): Promise<string> {
    const { folder, server, caPem } = this.facts;
    const path = join(folder, `${namespace}-${serviceAccount}-${randomUUID()}.kubeconfig`);
    const token = await this.tokenFor(namespace, serviceAccount);
    await writeFile(path, kubeconfigText(server, caPem, { token }), { mode: 0o600 });
    return path;
  }

  async tokenFor(namespace: string, serviceAccount: string): Promise<string> {
    const options = { expirationSeconds: tokenSeconds, signal: AbortSignal.timeout(requestMs) };
    return (await requestToken(this.client, { namespace, name: serviceAccount }, options)).token;
  }

  /** A fresh namespace whose name begins so. */
  async namespace(prefix: string): Promise<string> {
    const name = `${prefix}-${randomUUID().slice(0, 8)}`;
    await this.client.create(Namespace, { metadata: { name } }, { signal: AbortSignal.timeout(requestMs) });
    return name;
  }

  /** Runs kubectl with all rights. Rejects unless it ends well or `mayFail`. */
  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
    return runKubectl(this.facts.kubectl, this.facts.folder, args, options);
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }
}
