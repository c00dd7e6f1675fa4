import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterAccess } from "../control-plane/index.ts";

interface Kubeconfig {
  readonly clusters: readonly object[];
  readonly users: readonly object[];
}

/**
 * Writes a kubeconfig with a context for each cluster, under its name, and gives its path. The first is the current one, as
 * for a reader who works on two.
 */
export async function writeKubeconfig(clusters: Readonly<Record<string, ClusterAccess>>): Promise<string> {
  const parts = await Promise.all(
    Object.entries(clusters).map(async ([name, { kubeconfig }]) => {
      const { clusters, users } = JSON.parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
      return {
        clusters: clusters.map((one) => ({ ...one, name })),
        users: users.map((one) => ({ ...one, name })),
        contexts: [{ name, context: { cluster: name, user: name } }],
      };
    }),
  );
  const [first] = Object.entries(clusters);
  if (first === undefined) throw new Error("there is no cluster");
  const [current, { facts }] = first;
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: parts.flatMap((part) => part.clusters),
    users: parts.flatMap((part) => part.users),
    contexts: parts.flatMap((part) => part.contexts),
    "current-context": current,
  });
  const path = join(facts.folder, "reader.kubeconfig");
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
