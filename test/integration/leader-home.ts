import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import { type ControlPlane, eventually } from "../control-plane/index.ts";
import { named, secretsGrant, store } from "./world.ts";

/** Namespaces for the replicas of one case: their own, with a Lease and rights of its own, and the one they write to. */
export interface Home {
  readonly home: string;
  readonly away: string;
}

const ownRights = new URL("../../deploy/rbac/role.yaml", import.meta.url);
const rbac = "rbac.authorization.k8s.io";

/**
 * Makes them, with the rights that `deploy/` gives to the operator, for ServiceAccounts of these names. An attempt without a
 * receipt is left alone for the store's `timeout` and 30 s.
 */
export async function makeHome(
  plane: ControlPlane,
  prefix: string,
  accounts: readonly string[],
  timeout: string,
): Promise<Home> {
  const home = await plane.namespace(prefix);
  const away = await plane.namespace(`${prefix}-away`);
  const subjects = accounts.map((name) => ({ kind: "ServiceAccount", name, namespace: home }));
  const token = { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["writer"], verbs: ["create"] };
  const items = [
    ...["writer", ...accounts].map((name) => named("v1", "ServiceAccount", name, home)),
    ...(await ownRole(home, subjects)),
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: home },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "certferry" },
      subjects,
    },
    { ...named(`${rbac}/v1`, "Role", "writer-token", home), rules: [token] },
    {
      ...named(`${rbac}/v1`, "RoleBinding", "writer-token", home),
      roleRef: { apiGroup: rbac, kind: "Role", name: "writer-token" },
      subjects,
    },
    ...secretsGrant(home, away),
    withTimeout(store(home), timeout),
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await plane.kubectl(["apply", "--server-side", "-f", "-"], { input });
  await Promise.all(accounts.map((name) => mayBegin(plane, home, name)));
  return { home, away };
}

/** The API server takes up rights some time after they are written; a process that comes before is refused and waits long. */
async function mayBegin(plane: ControlPlane, home: string, account: string): Promise<void> {
  const can = async (...what: string[]): Promise<boolean> => {
    const as = `--as=system:serviceaccount:${home}:${account}`;
    const { stdout } = await plane.kubectl(["auth", "can-i", ...what, "-n", home, as], { mayFail: true });
    return stdout.trim() === "yes";
  };
  await eventually(
    `the rights of ${account}`,
    async () => (await can("list", "storedeployments")) && (await can("create", "leases")),
    { withinMs: 60_000 },
  );
}

async function ownRole(home: string, subjects: readonly object[]): Promise<object[]> {
  const documents = parseAllDocuments(await readFile(ownRights, "utf8")).map((one) => one.toJS() as object);
  return documents.map((one) => ({
    ...one,
    metadata: { name: "certferry", namespace: home },
    ...("subjects" in one ? { subjects } : {}),
  }));
}

function withTimeout(object: object, timeout: string): object {
  return "spec" in object ? { ...object, spec: { ...(object.spec as object), timeout } } : object;
}
