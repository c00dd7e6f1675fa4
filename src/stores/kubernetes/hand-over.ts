import { type KubeClient, Secret } from "../../kube/index.ts";
import { isAllOurs, sha256 } from "../outputs/keystore-record.ts";
import type { Mark } from "./mark.ts";
import { bytesIn, type Holder, type HolderKind } from "./holder.ts";

/** The keystores among `keys` that our mark names and others may have entries in. */
export function sharedKeystores(
  kind: HolderKind,
  object: Holder,
  { keystores = {} }: Mark,
  keys: readonly string[],
): string[] {
  return keys.filter((key) => keystores[key] !== undefined && !isAllOurs(bytesIn(kind, object, key), keystores[key]));
}

/**
 * Gives values that shall stay to field managers of their own: server-side apply would take away what the one who applied it
 * leaves out, as long as nobody else has applied it, too. Only keystores are handed over, and only Secrets hold them.
 */
export async function handOver(
  client: KubeClient,
  object: Holder,
  values: ReadonlyMap<string, Buffer>,
  signal: AbortSignal,
): Promise<Holder> {
  let current = object;
  for (const [key, value] of values) {
    const { namespace = "", name, uid, resourceVersion } = current.metadata;
    const metadata = { namespace, name, uid, resourceVersion };
    const body = { metadata, type: current.type, data: { [key]: value.toString("base64") } };
    const fieldManager = `certferry-left-${sha256(key).slice(0, 16)}`;
    current = (await client.apply<Secret>(Secret, body, { fieldManager, force: true, signal })).object;
  }
  return current;
}
