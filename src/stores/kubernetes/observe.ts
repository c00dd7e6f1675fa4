import { isReservedSecretType } from "../../kube/index.ts";
import type { Difference, Observation, Obstacle } from "../contract.ts";
import type { KeystoreLook } from "../outputs/keystore.ts";
import type { KeystoreRecord } from "../outputs/keystore-record.ts";
import {
  closedAmong,
  type Found,
  keystoreDifferences,
  leafAmong,
  type Looks,
  looksAt,
  wantedKeys,
  type WantedOutputs,
} from "../outputs/look.ts";
import { bytesIn, type Holder, type HolderKind } from "./holder.ts";
import { type Mark, markName, marksOf, overlapping, writeMark } from "./mark.ts";
import type { HolderTarget } from "./target.ts";

/** What a place wants of its Secret or ConfigMap. */
export interface Wanted extends WantedOutputs {
  readonly target: HolderTarget;
  /** All keys that the outputs may write. */
  readonly spots: readonly string[];
  /** That the Secret must have. */
  readonly type?: string | undefined;
  readonly mark: string;
}

/** What lies in an object, as its outputs see it. */
export function foundIn(kind: HolderKind, object: Holder, mark: string): Found {
  const records = marksOf(object.metadata).find((one) => one.mark === mark)?.keystores ?? {};
  return { bytes: (key) => bytesIn(kind, object, key), record: (key) => records[key] };
}

/** What lies in an object, compared with what is wanted there. */
export async function observed(
  object: Holder,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Extract<Observation, { state: "Present" }>> {
  const { metadata } = object;
  const marks = marksOf(metadata);
  const found = foundIn(wanted.target.holder, object, wanted.mark);
  const looks = await looksAt(found, wanted, signal);
  const named = marks.some(({ mark }) => mark === wanted.mark);
  const foreign = foreignKeys(object, marks, wanted, named);
  // Whether what somebody else has put beside ours may be taken over depends on its own certificate, not on ours.
  const leaf = await leafAmong(found, wanted, looks, named ? foreign : []);
  const differs = differencesOf(object, marks, wanted, looks);
  const obstacle = obstacleOf(object, wanted, differs) ?? closedOf(object, looks);
  return {
    state: "Present",
    remote: { id: metadata.uid ?? "", version: metadata.resourceVersion ?? "" },
    version: metadata.resourceVersion ?? "",
    holders: {
      ours: named && foreign.length === 0,
      others: overlapping(marks, wanted).map(({ mark }) => mark),
      foreign: foreign.length > 0,
    },
    ...(leaf === undefined ? {} : { leaf }),
    differs,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** Our mark as it shall stand on the object, with what we know of the keystores. */
export function markFor(wanted: Wanted, created: boolean, records: Readonly<Record<string, KeystoreRecord>>): Mark {
  const { labels = {}, annotations = {} } = wanted.target;
  const metadata = [
    ...Object.keys(labels).map((key) => `label ${key}`),
    ...Object.keys(annotations).map((key) => `annotation ${key}`),
  ];
  return { mark: wanted.mark, keys: wantedKeys(wanted), created, metadata, keystores: records };
}

function closedOf({ metadata }: Holder, looks: Looks): Obstacle | undefined {
  const closed = closedAmong(looks);
  if (closed === undefined) return undefined;
  const where = `Key ${closed.key} of Secret ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
  const message = `${where} may hold entries of others and cannot be opened: ${closed.why} Set previousPasswordSecretRef to the password that it has, or delete the key to have it made anew.`;
  return { reason: "CannotOpen", message };
}

/** Keys without any mark that hold something; where our mark is there, those that we would overwrite with something else. */
function foreignKeys(object: Holder, marks: readonly Mark[], wanted: Wanted, named: boolean): string[] {
  const { holder } = wanted.target;
  const marked = new Set(marks.flatMap(({ keys }) => keys));
  const there = wanted.spots.filter((key) => (holder.base64(object, key) ?? "") !== "" && !marked.has(key));
  if (!named) return there;
  const overwritten = new Set(wanted.keystores.map(({ key }) => key));
  for (const [key, value] of wanted.content) {
    if (holder.base64(object, key) !== value.toString("base64")) overwritten.add(key);
  }
  return there.filter((key) => overwritten.has(key));
}

function differencesOf(object: Holder, marks: readonly Mark[], wanted: Wanted, looks: Looks): Difference[] {
  const { metadata } = object;
  const ours = marks.find(({ mark }) => mark === wanted.mark);
  const annotation = metadata.annotations?.[markName(wanted.mark)];
  const { labels = {}, annotations = {}, holder } = wanted.target;
  const changed = [...wanted.content].filter(([key, value]) => holder.base64(object, key) !== value.toString("base64"));
  const keys = new Set(wantedKeys(wanted));
  const left = (ours?.keys ?? []).filter((key) => !keys.has(key) && holder.base64(object, key) !== undefined);
  const records = Object.fromEntries([...looks].flatMap(([{ key }, look]) => noted(key, look, ours)));
  return [
    ...changed.map(([key]) => ({ what: `data ${key}` })),
    ...keystoreDifferences(looks).map((what) => ({ what: `data ${what}` })),
    ...left.map((key) => ({ what: `data ${key}, no longer wanted` })),
    ...pairs(labels, metadata.labels).map((key) => ({ what: `label ${key}` })),
    ...pairs(annotations, metadata.annotations).map((key) => ({ what: `annotation ${key}` })),
    ...(annotation === writeMark(markFor(wanted, ours?.created ?? false, records)) ? [] : [{ what: "mark" }]),
  ];
}

/** A keystore that is going to be written changes its record by that. */
function noted(key: string, look: KeystoreLook, ours: Mark | undefined): [string, KeystoreRecord][] {
  const record = look.action === "Keep" ? look.record : ours?.keystores?.[key];
  return record === undefined ? [] : [[key, record]];
}

function pairs(wanted: Readonly<Record<string, string>>, found: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(wanted).flatMap(([key, value]) => (found[key] === value ? [] : [key]));
}

function obstacleOf(
  { type, metadata, immutable }: Holder,
  wanted: Wanted,
  differs: readonly Difference[],
): Obstacle | undefined {
  const { kind } = wanted.target.holder;
  const where = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  if (type !== undefined && isReservedSecretType(type)) {
    return {
      reason: "SecretTypeRefused",
      message: `${where} is of type ${type}, which is never written; choose another name.`,
    };
  }
  if (wanted.type !== undefined && type !== wanted.type) {
    const message = `${where} is of type ${type ?? ""}, not ${wanted.type}, and a type cannot be changed; delete it, choose another name, or set type.`;
    return { reason: "TypeDiffers", message };
  }
  if (immutable === true && differs.length > 0) {
    return { reason: `${kind}Immutable`, message: `${where} is immutable; delete it or choose another name.` };
  }
  return undefined;
}
