/** Level of the audit log: `RequestResponse` has bodies too, Secrets' included. */
export type AuditLevel = "Metadata" | "RequestResponse";

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** The folder of etcd's data. */
export function etcdData(folder: string): string {
  return `${folder}/etcd`;
}

export function etcdFlags(folder: string, ports: Ports): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${etcdData(folder)}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ];
}

export function apiServerFlags(folder: string, ports: Ports): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--cert-dir=${folder}`,
    `--secure-port=${ports.apiServer}`,
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
    // A line is written before its answer has ended, and the log is one file however long it gets.
    "--audit-log-mode=blocking",
    "--audit-log-maxsize=4096",
    "--v=1",
  ];
}

export function controllerManagerFlags(folder: string): string[] {
  return [
    `--kubeconfig=${folder}/admin.kubeconfig`,
    "--use-service-account-credentials",
    `--root-ca-file=${folder}/ca.crt`,
    `--service-account-private-key-file=${folder}/sa.key`,
    "--secure-port=0",
    "--leader-elect=false",
  ];
}

export function auditPolicy(level: AuditLevel): string {
  return `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - level: ${level}
`;
}
