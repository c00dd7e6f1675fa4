import { isKubeError, Secret } from "../../kube/index.ts";
import type { RemoveResult } from "../contract.ts";
import { TerminalError, TransientError } from "../errors.ts";
import { meaningOf } from "./failure.ts";
import { fieldManagerOf, type Mark, marksOf } from "./mark.ts";
import type { Cluster, PlaceKey } from "./place.ts";

/** How often a Secret that changes under our hands is looked at. */
const tries = 5;

/**
 * Removes what `mark` wrote at a place: the whole Secret where we made it and nothing of others is in it, else our keys and our
 * mark. Where those cannot go without the others', it stays, and `left` says so.
 */
export async function removeFrom(
  cluster: Cluster,
  key: string,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const ref = parseKey(key);
  for (let round = 0; round < tries; round += 1) {
    const done = await tryRemoval(cluster, ref, mark, signal);
    if (done !== undefined) return done;
  }
  throw new TransientError(
    "PlaceChanging",
    `Secret ${ref.namespace}/${ref.name} changes all the time; its removal is tried again.`,
  );
}

/** Undefined when the Secret changed meanwhile. */
async function tryRemoval(
  { client, as }: Cluster,
  ref: PlaceKey,
  mark: string,
  signal: AbortSignal,
): Promise<RemoveResult | undefined> {
  let verb: "get" | "patch" | "delete" = "get";
  try {
    const secret = await client.get(Secret, ref, { signal });
    const marks = marksOf(secret.metadata);
    const ours = marks.find((other) => other.mark === mark);
    if (ours === undefined) return {};
    const { uid, resourceVersion } = secret.metadata;
    const onlyOurs = onlyOursOf(marks, ours);
    if (ours.created && keysOf(secret).every((key) => onlyOurs.includes(key))) {
      verb = "delete";
      await client.delete(Secret, ref, { uid, resourceVersion, signal });
      return {};
    }
    const where = `Secret ${ref.namespace}/${ref.name}`;
    const cannot = reasonToStay(secret, onlyOurs);
    if (cannot !== undefined) return { left: `${where} stays: others have keys in it, or made it, and ${cannot}.` };
    verb = "patch";
    // The type is stated since an apply without it would mean the default one, and a type cannot be changed (tried).
    const body = { metadata: { ...ref, uid, resourceVersion }, type: secret.type };
    const { object } = await client.apply<Secret>(Secret, body, {
      fieldManager: fieldManagerOf(mark),
      force: true,
      signal,
    });
    const rest = keysOf(object).filter((key) => onlyOurs.includes(key));
    return rest.length === 0 ? {} : { left: `${where} keeps ${rest.join(", ")}: somebody else has set them since.` };
  } catch (error) {
    if (isKubeError(error, "NotFound")) return {};
    if (isKubeError(error, "Conflict")) return undefined;
    throw meaningOf(error, { verb, ...ref, as });
  }
}

function keysOf({ data = {} }: Secret): string[] {
  return Object.keys(data);
}

/** The keys that our mark names and no other: what two marks name, the other one may hold. */
function onlyOursOf(marks: readonly Mark[], ours: Mark): string[] {
  const others = new Set(marks.filter((other) => other !== ours).flatMap(({ keys }) => keys));
  return ours.keys.filter((key) => !others.has(key));
}

/** Why our keys cannot go without the Secret. */
function reasonToStay({ type, immutable }: Secret, onlyOurs: readonly string[]): string | undefined {
  if (onlyOurs.length > 0 && immutable === true) return "it is immutable";
  const needed = type === "kubernetes.io/tls" && ["tls.crt", "tls.key"].some((key) => onlyOurs.includes(key));
  return needed ? "its type needs tls.crt and tls.key" : undefined;
}

function parseKey(key: string): PlaceKey {
  const value: unknown = JSON.parse(key);
  if (typeof value === "object" && value !== null && "namespace" in value && "name" in value) {
    const { namespace, name } = value;
    if (typeof namespace === "string" && typeof name === "string") return { namespace, name };
  }
  throw new TerminalError(
    "PlaceUnknown",
    "The record of this place cannot be read; remove what was delivered by hand.",
  );
}
