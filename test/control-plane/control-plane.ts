import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterConfig, connect, type KubeClient, Namespace, requestToken } from "../../src/kube/index.ts";
import { AuditLog } from "./audit.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { type ClusterPki, clusterPki } from "./pki.ts";
import { Supervised } from "./supervised.ts";

/** All that another process needs to use a running control plane. */
export interface ControlPlaneFacts {
  readonly folder: string;
  readonly server: string;
  readonly caPem: string;
  readonly adminCertPem: string;
  readonly adminKeyPem: string;
  readonly kubectl: string;
}

export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const readyMs = 60_000;

/** A control plane as its users see it, whoever started it. */
export class ClusterAccess {
  readonly facts: ControlPlaneFacts;
  readonly audit: AuditLog;
  #client: KubeClient | undefined;

  constructor(facts: ControlPlaneFacts) {
    this.facts = facts;
    this.audit = new AuditLog(join(facts.folder, "audit.log"));
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
    const token = async (): Promise<string> => await this.tokenFor(namespace, serviceAccount);
    let held: Promise<string> | undefined;
    return {
      server,
      caPem,
      credentials: { token: (_, refused) => (held = refused === undefined ? (held ?? token()) : token()) },
    };
  }

  async tokenFor(namespace: string, name: string): Promise<string> {
    const signal = AbortSignal.timeout(10_000);
    return (await requestToken(this.client, { namespace, name }, { expirationSeconds: 86_400, signal })).token;
  }

  /** A fresh namespace whose name begins so. */
  async namespace(prefix: string): Promise<string> {
    const name = `${prefix}-${Math.random().toString(36).slice(2, 8)}`;
    await this.client.create(Namespace, { metadata: { name } }, { signal: AbortSignal.timeout(10_000) });
    return name;
  }

  /** Runs kubectl with all rights; `input` is its standard input. Rejects unless it ends well or `mayFail`. */
  async kubectl(args: readonly string[], options: { input?: string; mayFail?: boolean } = {}): Promise<KubectlResult> {
    const { promise, resolve, reject } = Promise.withResolvers<KubectlResult>();
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const child = spawn(this.facts.kubectl, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 || options.mayFail) resolve({ code, stdout, stderr });
      else reject(new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}`));
    });
    child.stdin.end(options.input ?? "");
    return promise;
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }
}

/** A control plane that this process started and ends. */
export class ControlPlane extends ClusterAccess {
  readonly #supervised: Supervised;
  readonly #binaries: Binaries;
  readonly #apiServerArgs: readonly string[];
  #serial = 0;
  #apiServer = "";

  constructor(facts: ControlPlaneFacts, supervised: Supervised, binaries: Binaries, apiServerArgs: readonly string[]) {
    super(facts);
    this.#supervised = supervised;
    this.#binaries = binaries;
    this.#apiServerArgs = apiServerArgs;
  }

  /** Starts the API server on its own port, over the data that is there, and waits until it is ready. */
  async startApiServer(): Promise<void> {
    this.#apiServer = `kube-apiserver-${(this.#serial += 1)}`;
    this.#supervised.start(this.#apiServer, this.#binaries["kube-apiserver"], this.#apiServerArgs);
    await this.#ready();
  }

  async stopApiServer(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.#supervised.kill(this.#apiServer, signal);
  }

  /** Finishes deletions of namespaces and collects garbage. */
  startControllerManager(): void {
    const { folder } = this.facts;
    this.#supervised.start("kube-controller-manager", this.#binaries["kube-controller-manager"], [
      `--kubeconfig=${this.kubeconfig}`,
      "--use-service-account-credentials",
      `--root-ca-file=${folder}/ca.crt`,
      `--service-account-private-key-file=${folder}/sa.key`,
      "--secure-port=0",
      "--leader-elect=false",
    ]);
  }

  async stop(): Promise<void> {
    await this.close();
    await this.#supervised.close();
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + readyMs;
    const probe = connect(this.adminConfig);
    try {
      for (;;) {
        if (!this.#supervised.isRunning(this.#apiServer))
          throw new Error(await this.#why("kube-apiserver ended at once"));
        const signal = AbortSignal.timeout(2_000);
        if (
          await probe.getPath("/readyz", { signal }).then(
            () => true,
            () => false,
          )
        )
          return;
        if (Date.now() > deadline) throw new Error(await this.#why("kube-apiserver is not ready"));
        await sleep(50);
      }
    } finally {
      await probe.close();
    }
  }

  async #why(what: string): Promise<string> {
    const log = await readFile(join(this.facts.folder, `${this.#apiServer}.log`), "utf8").catch(() => "");
    return `${what}:\n${log.split("\n").slice(-15).join("\n")}`;
  }
}

/** Starts etcd and kube-apiserver. `progress` gets a line for each slow step. */
export async function startControlPlane(progress: (line: string) => void = () => {}): Promise<ControlPlane> {
  const binaries = await findBinaries(progress);
  const folder = await mkdtemp(join(tmpdir(), "certferry-control-plane-"));
  const supervised = new Supervised(folder);
  try {
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const pki = await clusterPki();
    await writeFiles(folder, pki, `https://127.0.0.1:${secure}`);
    supervised.start("etcd", binaries.etcd, etcdArgs(folder, client, peer));
    const facts: ControlPlaneFacts = {
      folder,
      server: `https://127.0.0.1:${secure}`,
      caPem: pki.ca.pem,
      adminCertPem: pki.admin.pem,
      adminKeyPem: pki.admin.keyPem,
      kubectl: binaries.kubectl,
    };
    const plane = new ControlPlane(facts, supervised, binaries, apiServerArgs(folder, client, secure));
    await plane.startApiServer();
    return plane;
  } catch (error) {
    await supervised.close();
    throw error;
  }
}

function etcdArgs(folder: string, client: number, peer: number): string[] {
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ];
}

function apiServerArgs(folder: string, etcd: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    `--cert-dir=${folder}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--tls-cert-file=${folder}/server.crt`,
    `--tls-private-key-file=${folder}/server.key`,
    `--client-ca-file=${folder}/ca.crt`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    "--disable-admission-plugins=ServiceAccount",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${folder}/sa.pub`,
    `--service-account-signing-key-file=${folder}/sa.key`,
    `--audit-policy-file=${folder}/audit-policy.yaml`,
    `--audit-log-path=${folder}/audit.log`,
    "--audit-log-mode=blocking",
    "--v=1",
  ];
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - level: Metadata
`;

async function writeFiles(folder: string, pki: ClusterPki, server: string): Promise<void> {
  const files = {
    "ca.crt": pki.ca.pem,
    "server.crt": pki.server.pem,
    "server.key": pki.server.keyPem,
    "sa.key": pki.serviceAccountKey,
    "sa.pub": pki.serviceAccountPublicKey,
    "audit-policy.yaml": auditPolicy,
    "audit.log": "",
    "admin.kubeconfig": kubeconfigText(server, pki.ca.pem, {
      "client-certificate-data": base64(pki.admin.pem),
      "client-key-data": base64(pki.admin.keyPem),
    }),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })));
}

/** A kubeconfig with one context, everything inline. JSON is YAML. */
export function kubeconfigText(server: string, caPem: string, user: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": base64(caPem) } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().on("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
