import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ControlPlaneFacts } from "./access.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ControlPlane } from "./control-plane.ts";
import { type AuditLevel, auditPolicy } from "./flags.ts";
import type { BuildOptions } from "./go-build.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { type ClusterPki, clusterPki } from "./pki.ts";
import { freePorts } from "./ports.ts";
import { Supervised, type SupervisedProcess } from "./supervised.ts";

export interface StartOptions {
  /** How much of each request is logged. Metadata when unset. */
  readonly audit?: AuditLevel;
  /** Start kube-controller-manager too: namespaces finish their deletion, owner references are followed. */
  readonly controllerManager?: boolean;
  /** Gets a line for each slow step, where programs must be built. */
  readonly progress?: (line: string) => void;
  /** Ends a build that is under way. */
  readonly signal?: AbortSignal;
}

const tries = 3;

/** Starts etcd and kube-apiserver and waits until they are ready. `stop()` it; it also ends when we end. */
export async function startControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  const building = { progress: options.progress ?? ((): void => {}), signal: options.signal };
  const binaries = await findBinaries(building);
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await startOnce(binaries, options, building);
    } catch (error) {
      // Somebody took one of our ports before we did.
      const portTaken = error instanceof Error && error.message.includes("address already in use");
      if (!portTaken || left === 0) throw error;
    }
  }
}

async function startOnce(binaries: Binaries, options: StartOptions, building: BuildOptions): Promise<ControlPlane> {
  const supervised = await Supervised.create();
  try {
    const ports = await freePorts("etcd", "etcdPeer", "apiServer");
    const pki = await clusterPki();
    const facts: ControlPlaneFacts = {
      folder: supervised.folder,
      server: `https://127.0.0.1:${ports.apiServer}`,
      caPem: pki.ca.pem,
      adminCertPem: pki.admin.pem,
      adminKeyPem: pki.admin.keyPem,
      kubectl: binaries.kubectl,
    };
    await writeFiles(facts, pki, options.audit ?? "Metadata");
    const plane = new ControlPlane({ facts, supervised, binaries, ports, building });
    const etcd = plane.startEtcd();
    await Promise.race([plane.startApiServer(), failed(etcd)]);
    if (options.controllerManager) await plane.startControllerManager();
    return plane;
  } catch (error) {
    await supervised.close();
    throw error;
  }
}

async function failed(etcd: SupervisedProcess): Promise<never> {
  const why = await etcd.ended;
  throw new Error(`etcd ended: ${why}\n${await etcd.lastLines(5)}`);
}

async function writeFiles(facts: ControlPlaneFacts, pki: ClusterPki, audit: AuditLevel): Promise<void> {
  const files = {
    "ca.crt": pki.ca.pem,
    "server.crt": pki.server.pem,
    "server.key": pki.server.keyPem,
    "sa.key": pki.serviceAccountKey,
    "sa.pub": pki.serviceAccountPublicKey,
    "audit-policy.yaml": auditPolicy(audit),
    "audit.log": "",
    "admin.kubeconfig": kubeconfigText(facts.server, facts.caPem, { certPem: pki.admin.pem, keyPem: pki.admin.keyPem }),
  };
  const write = ([name, text]: [string, string]): Promise<void> =>
    writeFile(join(facts.folder, name), text, { mode: 0o600 });
  await Promise.all(Object.entries(files).map(write));
}
