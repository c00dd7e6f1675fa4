import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Cluster, KubeConfig } from "@kubernetes/client-node";
import { describe } from "../../http/index.ts";
import { isRecord } from "../status.ts";
import type { ClientCertificate, ClusterConfig, Credentials, TokenProvider } from "./cluster-config.ts";
import { checkCertificates } from "./in-cluster.ts";
import { RereadFile } from "./reread-file.ts";

interface Identity {
  token: string | undefined;
  clientCertificate: ClientCertificate | undefined;
}

/**
 * A context of a kubeconfig: the given file, else those of $KUBECONFIG, else ~/.kube/config; the given context, else
 * the current one. Exec plug-ins and OIDC work as with kubectl. @kubernetes/client-node is imported only here and only
 * now. Throws an Error that names the file, context or field, and what to do.
 */
export async function loadKubeconfig(path?: string, context?: string): Promise<ClusterConfig> {
  const where = path ?? process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config");
  const read = (): Promise<KubeConfig> => readKubeconfig(where, path, context);
  const kubeconfig = await read();
  const cluster = kubeconfig.getCurrentCluster();
  if (cluster === null) throw new Error(`${where}: the context names a cluster that is not there`);
  refuse(cluster, kubeconfig, where);
  const caPem = await caOf(cluster, where);
  const namespace = kubeconfig.getContextObject(kubeconfig.getCurrentContext())?.namespace;
  return {
    server: cluster.server,
    ...(caPem === undefined ? {} : { caPem }),
    ...(cluster.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
    ...(namespace === undefined ? {} : { namespace }),
    credentials: await credentialsOf(kubeconfig, read, where),
  };
}

async function readKubeconfig(where: string, path: string | undefined, context?: string): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeconfig = new KubeConfig();
  const single = path ?? (process.env["KUBECONFIG"] ? undefined : where);
  if (single !== undefined && !existsSync(single)) {
    throw new Error(`there is no kubeconfig ${single}: give one with --kubeconfig or KUBECONFIG`);
  }
  try {
    if (single === undefined) kubeconfig.loadFromDefault();
    else kubeconfig.loadFromFile(single);
  } catch (error) {
    throw new Error(`cannot read the kubeconfig ${where}: ${describe(error)}`, { cause: error });
  }
  if (context !== undefined) kubeconfig.setCurrentContext(context);
  const wanted = kubeconfig.getCurrentContext();
  if (kubeconfig.getContextObject(wanted) === null) {
    const names = kubeconfig.getContexts().map(({ name }) => name);
    throw new Error(`${where} has no context "${wanted}"; it has ${names.length === 0 ? "none" : names.join(", ")}`);
  }
  return kubeconfig;
}

/** What kubectl would do and we do not: better a clear word than another behaviour. */
function refuse(cluster: Cluster, kubeconfig: KubeConfig, where: string): void {
  const user = kubeconfig.getCurrentUser();
  const refused: [unknown, string][] = [
    [cluster.skipTLSVerify, "insecure-skip-tls-verify is not supported: set certificate-authority-data"],
    [cluster.proxyUrl, "proxy-url is not supported"],
    [user?.impersonateUser, "impersonation (as) is not supported: give the user's own credentials"],
    [user?.username, "username and password are not supported, by no API server since 1.19: use a token"],
  ];
  for (const [used, message] of refused) if (used) throw new Error(`${where}: ${message}`);
}

async function caOf(cluster: Cluster, where: string): Promise<ClusterConfig["caPem"]> {
  if (cluster.caData) {
    const pem = Buffer.from(cluster.caData, "base64").toString("utf8");
    checkCertificates(pem, `${where}: certificate-authority-data`);
    return pem;
  }
  if (!cluster.caFile) return undefined;
  const file = new RereadFile(cluster.caFile, `${where} names it as certificate-authority`, () => performance.now());
  checkCertificates(await file.get(), cluster.caFile);
  return () => file.get();
}

async function credentialsOf(
  kubeconfig: KubeConfig,
  reload: () => Promise<KubeConfig>,
  where: string,
): Promise<Credentials> {
  const { token, clientCertificate } = await identityOf(kubeconfig, where);
  const user = kubeconfig.getCurrentUser();
  const changes = Boolean(user?.exec ?? user?.authProvider);
  // The API server looks at a client certificate first, so with both it is who we are.
  if (clientCertificate !== undefined) {
    return { clientCertificate: changes ? () => certificateOf(kubeconfig, where) : clientCertificate };
  }
  return token === undefined ? { anonymous: true } : { token: tokenSource(kubeconfig, token, changes, reload, where) };
}

/** A token from a plug-in is asked for each time (it keeps it until it expires), one in the file is kept. */
function tokenSource(
  kubeconfig: KubeConfig,
  first: string,
  changes: boolean,
  reload: () => Promise<KubeConfig>,
  where: string,
): TokenProvider {
  let source = kubeconfig;
  let current = first;
  let renewal: Promise<string> | undefined;
  const ask = async (): Promise<string> => (current = (await identityOf(source, where)).token ?? current);
  const renew = async (): Promise<string> => {
    // A new KubeConfig forgets what the plug-in said before, and sees what changed in the file.
    source = await reload();
    return ask();
  };
  return async (_, refused) => {
    if (refused === undefined) return changes ? ask() : current;
    if (refused !== current) return current;
    renewal ??= renew().finally(() => (renewal = undefined));
    return renewal;
  };
}

async function certificateOf(kubeconfig: KubeConfig, where: string): Promise<ClientCertificate> {
  const { clientCertificate } = await identityOf(kubeconfig, where);
  if (clientCertificate === undefined) throw new Error(`${where}: the plug-in gives no client certificate any more`);
  return clientCertificate;
}

async function identityOf(kubeconfig: KubeConfig, where: string): Promise<Identity> {
  const options: RequestOptions = {};
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (error) {
    throw new Error(`${where}: no credentials for user "${kubeconfig.getCurrentUser()?.name}": ${describe(error)}`, {
      cause: error,
    });
  }
  const { cert, key, headers } = options;
  const authorization = isRecord(headers) ? headers["Authorization"] : undefined;
  return {
    token: typeof authorization === "string" ? authorization.replace(/^Bearer /, "") : undefined,
    clientCertificate: isPem(cert) && isPem(key) ? { certPem: cert.toString(), keyPem: key.toString() } : undefined,
  };
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === "string" || Buffer.isBuffer(value);
}
