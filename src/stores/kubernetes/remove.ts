import { isKubeError } from "../../kube/index.ts";
import type { RemovalContext, RemoveResult } from "../contract.ts";
import { BlockedError, TransientError } from "../errors.ts";
import { withdraw } from "../outputs/withdraw.ts";
import { meaningOf } from "./failure.ts";
import { fieldManagerOf, type Mark, marksOf } from "./mark.ts";
import { handOver, sharedKeystores } from "./hand-over.ts";
import { bytesIn, type Holder, type HolderKind, holders } from "./holder.ts";
import type { Cluster } from "./place.ts";
import { type PlaceKey, readPlaceKey } from "./place-key.ts";

/** How often an object that changes under our hands is looked at. */
const tries = 5;

/**
 * Removes what `mark` wrote at a place: the whole object where we made it and nothing of others is in it, else our keys and our
 * mark. Where those cannot go without the others', it stays, and `left` says so.
 */
export async function removeFrom(
  cluster: Cluster,
  context: RemovalContext,
  key: string,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const { kind, cluster: written, ...ref } = readPlaceKey(key);
  if (written !== cluster.uid) {
    const message = `${ref.namespace}/${ref.name} was written in another cluster (kube-system ${written}) than the store leads to now. Give the store credentials of that one, or remove it there by hand.`;
    throw new BlockedError("StoreLeadsElsewhere", message);
  }
  const holder = holders[kind ?? "Secret"];
  for (let round = 0; round < tries; round += 1) {
    const done = await tryRemoval(cluster, context, holder, ref, mark, signal);
    if (done !== undefined) return done;
  }
  throw new TransientError(
    "PlaceChanging",
    `${holder.kind} ${ref.namespace}/${ref.name} changes all the time; its removal is tried again.`,
  );
}

/** Undefined when the object changed meanwhile. */
async function tryRemoval(
  { client, as }: Cluster,
  context: RemovalContext,
  holder: HolderKind,
  { keystores, ...ref }: Omit<PlaceKey, "kind" | "cluster">,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult | undefined> {
  let verb: "get" | "patch" | "delete" = "get";
  try {
    const object = await client.get(holder.resource, ref, { signal });
    const marks = marksOf(object.metadata);
    const ours = marks.find((other) => other.mark === mark);
    if (ours === undefined) return {};
    const { uid, resourceVersion } = object.metadata;
    const onlyOurs = onlyOursOf(marks, ours);
    const { staying, complaints } = await stayingKeystores(
      object,
      ours,
      onlyOurs,
      { holder, keystores, context },
      signal,
    );
    if (ours.created && staying.size === 0 && holder.keys(object).every((key) => onlyOurs.includes(key))) {
      verb = "delete";
      await client.delete(holder.resource, ref, { uid, resourceVersion, signal });
      return {};
    }
    const where = `${holder.kind} ${ref.namespace}/${ref.name}`;
    const cannot = reasonToStay(object, onlyOurs);
    if (cannot !== undefined) return { left: `${where} stays: others have keys in it, or made it, and ${cannot}.` };
    verb = "patch";
    const { metadata } = await handOver(client, object, staying, signal);
    // The type is stated since an apply without it would mean the default one, and a type cannot be changed (tried).
    const head = { metadata: { ...ref, uid, resourceVersion: metadata.resourceVersion } };
    const body = object.type === undefined ? head : { ...head, type: object.type };
    const options = { fieldManager: fieldManagerOf(mark), force: true, signal };
    const { object: after } = await client.apply(holder.resource, body, options);
    const rest = holder.keys(after).filter((key) => onlyOurs.includes(key) && !staying.has(key));
    const kept = rest.length === 0 ? [] : [`${where} keeps ${rest.join(", ")}: somebody else has set them since.`];
    const left = [...kept, ...complaints.map((complaint) => `${where} keeps our entry in ${complaint}`)].join(" ");
    return left === "" ? {} : { left };
  } catch (error) {
    if (isKubeError(error, "NotFound")) return {};
    if (isKubeError(error, "Conflict")) return undefined;
    throw meaningOf(error, { verb, resource: holder.resource, ...ref, as });
  }
}

/** The keys that our mark names and no other: what two marks name, the other one may hold. */
function onlyOursOf(marks: readonly Mark[], ours: Mark): string[] {
  const others = new Set(marks.filter((other) => other !== ours).flatMap(({ keys }) => keys));
  return ours.keys.filter((key) => !others.has(key));
}

/** Why our keys cannot go without the object. */
function reasonToStay({ type, immutable }: Holder, onlyOurs: readonly string[]): string | undefined {
  if (onlyOurs.length > 0 && immutable === true) return "it is immutable";
  const needed = type === "kubernetes.io/tls" && ["tls.crt", "tls.key"].some((key) => onlyOurs.includes(key));
  return needed ? "its type needs tls.crt and tls.key" : undefined;
}

/** Keystores that stay for the entries of others in them, without ours where they can be opened. */
async function stayingKeystores(
  object: Holder,
  ours: Mark,
  onlyOurs: readonly string[],
  {
    holder,
    keystores = [],
    context,
  }: { holder: HolderKind; keystores?: PlaceKey["keystores"]; context: RemovalContext },
  signal: AbortSignal,
): Promise<{ staying: ReadonlyMap<string, Buffer>; complaints: readonly string[] }> {
  const staying = new Map<string, Buffer>();
  const complaints: string[] = [];
  for (const key of sharedKeystores(holder, object, ours, onlyOurs)) {
    const record = ours.keystores?.[key];
    if (record === undefined) continue;
    const bytes = bytesIn(holder, object, key);
    const ref = keystores.find(({ keys }) => keys.includes(key));
    const withdrawn = await withdraw(bytes, record, ref, context, signal);
    if ("bytes" in withdrawn) staying.set(key, withdrawn.bytes);
    if (!("why" in withdrawn)) continue;
    staying.set(key, bytes);
    complaints.push(`${key}, for entries of others may be in it and ${withdrawn.why}`);
  }
  return { staying, complaints };
}
