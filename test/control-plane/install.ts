import { fileURLToPath } from "node:url";
import type { ClusterAccess } from "./access.ts";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));

/** What `kubectl apply --server-side -k deploy` installs: namespace, CRDs and RBAC; waits until the CRDs are served. */
export async function install(plane: ClusterAccess): Promise<void> {
  await plane.kubectl(["apply", "--server-side", "-k", deploy]);
  await plane.kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
}
