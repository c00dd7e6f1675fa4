import { customResourceDefinition, kinds, providers } from "../../src/crds/index.ts";
import { type ClusterAccess, install } from "../control-plane/index.ts";
import { ledgerBlocks } from "./block.ts";

/** Installs what ships, and then the CRDs with the ledger's block beside those of the providers that ship. */
export async function installWithLedger(plane: ClusterAccess): Promise<void> {
  await install(plane);
  const items = kinds.map((kind) => customResourceDefinition(kind, [...providers, ledgerBlocks]));
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await plane.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
  await plane.kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
}
