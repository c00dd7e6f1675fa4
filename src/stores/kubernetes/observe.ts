import type { KubernetesTarget } from "../../crds/index.ts";
import { type CertificateFacts, certificateFacts, decode } from "../../formats/index.ts";
import { isReservedSecretType, type Secret } from "../../kube/index.ts";
import type { Difference, Holders, Observation, Obstacle } from "../contract.ts";
import { certificateKeys } from "./content.ts";
import { type Mark, markName, marksOf, overlapping, writeMark } from "./mark.ts";

/** What a place wants of its Secret. */
export interface Wanted {
  readonly target: KubernetesTarget;
  /** All keys that the outputs may write. */
  readonly spots: readonly string[];
  readonly type: string;
  readonly mark: string;
  readonly content: ReadonlyMap<string, Buffer>;
}

/** What lies in a Secret, compared with what is wanted there. */
export async function observed(secret: Secret, wanted: Wanted): Promise<Extract<Observation, { state: "Present" }>> {
  const { metadata } = secret;
  const marks = marksOf(metadata);
  const leaf = await leafOf(secret, certificateKeys(wanted.target));
  const differs = differencesOf(secret, marks, wanted);
  const obstacle = obstacleOf(secret, wanted, differs);
  return {
    state: "Present",
    remote: { id: metadata.uid ?? "", version: metadata.resourceVersion ?? "" },
    version: metadata.resourceVersion ?? "",
    holders: holdersOf(secret, marks, wanted),
    ...(leaf === undefined ? {} : { leaf }),
    differs,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** Our mark as it shall stand on the Secret. */
export function markFor({ mark, content, target }: Wanted, created: boolean): Mark {
  const { labels = {}, annotations = {} } = target;
  const metadata = [
    ...Object.keys(labels).map((key) => `label ${key}`),
    ...Object.keys(annotations).map((key) => `annotation ${key}`),
  ];
  return { mark, keys: [...content.keys()], created, metadata };
}

function holdersOf({ data }: Secret, marks: readonly Mark[], { spots, mark }: Wanted): Holders {
  const others = overlapping(marks, { spots, mark });
  const marked = new Set(marks.flatMap(({ keys }) => keys));
  const foreign = spots.some((key) => data?.[key] !== undefined && data[key] !== "" && !marked.has(key));
  return { ours: marks.some((other) => other.mark === mark), others: others.map((other) => other.mark), foreign };
}

function differencesOf(secret: Secret, marks: readonly Mark[], wanted: Wanted): Difference[] {
  const { data = {}, metadata } = secret;
  const ours = marks.find(({ mark }) => mark === wanted.mark);
  const annotation = metadata.annotations?.[markName(wanted.mark)];
  const { labels = {}, annotations = {} } = wanted.target;
  const changed = [...wanted.content].filter(([key, value]) => data[key] !== value.toString("base64"));
  const left = (ours?.keys ?? []).filter((key) => !wanted.content.has(key) && data[key] !== undefined);
  return [
    ...changed.map(([key]) => ({ what: `data ${key}` })),
    ...left.map((key) => ({ what: `data ${key}, no longer wanted` })),
    ...pairs(labels, metadata.labels).map((key) => ({ what: `label ${key}` })),
    ...pairs(annotations, metadata.annotations).map((key) => ({ what: `annotation ${key}` })),
    ...(annotation === writeMark(markFor(wanted, ours?.created ?? false)) ? [] : [{ what: "mark" }]),
  ];
}

function pairs(wanted: Readonly<Record<string, string>>, found: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(wanted).flatMap(([key, value]) => (found[key] === value ? [] : [key]));
}

function obstacleOf(
  { type = "Opaque", metadata, immutable }: Secret,
  wanted: Wanted,
  differs: readonly Difference[],
): Obstacle | undefined {
  const where = `Secret ${metadata.namespace ?? ""}/${metadata.name}`;
  if (isReservedSecretType(type)) {
    return {
      reason: "SecretTypeRefused",
      message: `${where} is of type ${type}, which is never written; choose another name.`,
    };
  }
  if (type !== wanted.type) {
    const message = `${where} is of type ${type}, not ${wanted.type}, and a type cannot be changed; delete it, choose another name, or set type.`;
    return { reason: "TypeDiffers", message };
  }
  if (immutable === true && differs.length > 0) {
    return { reason: "SecretImmutable", message: `${where} is immutable; delete it or choose another name.` };
  }
  return undefined;
}

async function leafOf({ data }: Secret, keys: readonly string[]): Promise<CertificateFacts | undefined> {
  for (const key of keys) {
    const value = data?.[key];
    const leaf = value === undefined || value === "" ? undefined : await firstCertificate(Buffer.from(value, "base64"));
    if (leaf !== undefined) return certificateFacts(leaf);
  }
  return undefined;
}

async function firstCertificate(bytes: Buffer): Promise<Buffer | undefined> {
  try {
    const { certificates, keys } = await decode(bytes);
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    return certificates[0]?.der;
  } catch {
    return undefined;
  } finally {
    bytes.fill(0);
  }
}
