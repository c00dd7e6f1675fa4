import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { ClusterConfig } from "./cluster-config.ts";
import { RereadFile, readText } from "./reread-file.ts";

export interface InClusterOptions {
  env?: NodeJS.ProcessEnv;
  /** Where the service account is mounted. */
  directory?: string;
  /** Monotonic milliseconds. */
  now?: () => number;
}

const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const NOT_MOUNTED = "the pod needs a service account with automountServiceAccountToken: true";

/**
 * The cluster that this pod runs in, with the mounted service account. Token and CA are read again at least every minute, the
 * token also when the server refuses it, the CA also when no connection can be made. Throws an Error that names the variable or
 * file that is missing.
 */
export async function loadInClusterConfig({
  env = process.env,
  directory = MOUNT,
  now = () => performance.now(),
}: InClusterOptions = {}): Promise<ClusterConfig> {
  const token = new RereadFile(join(directory, "token"), NOT_MOUNTED, now);
  const ca = new RereadFile(join(directory, "ca.crt"), NOT_MOUNTED, now);
  const server = serverOf(env);
  await token.get();
  checkCertificates(await ca.get(), join(directory, "ca.crt"));
  return {
    server,
    caPem: (failed) => (failed ? ca.refresh() : ca.get()),
    credentials: { token: (_, refused) => (refused === undefined ? token.get() : token.refresh()) },
    namespace: await readText(join(directory, "namespace"), NOT_MOUNTED),
  };
}

function serverOf(env: NodeJS.ProcessEnv): string {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) {
    throw new Error(
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this is not a pod: give a kubeconfig",
    );
  }
  return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Throws an Error that names `where` when this is not a PEM certificate: TLS itself would only say so much later. */
export function checkCertificates(pem: string, where: string): void {
  try {
    return void new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${where} is not a PEM certificate`, { cause: error });
  }
}
