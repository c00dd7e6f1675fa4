import { createHash } from "node:crypto";
import { fingerprint } from "../../delivery/index.ts";
import { chainOf } from "../../formats/index.ts";
import type { Source } from "../../resolve/index.ts";
import type { Desired } from "../../stores/contract.ts";
import type { DeliveryContext } from "./context.ts";
import { importedBy } from "./imported.ts";
import { sourceVersion } from "./source.ts";
import type { Subject, Target } from "./subject.ts";

/** Everything that failures are counted under, without reading anything. */
export function inputsOf(context: DeliveryContext, subject: Subject, target: Target): string {
  const { namespace } = subject;
  const versions = [
    sourceVersion(context, subject),
    context.stores.version(namespace, target.storeRef),
    context.secretValues.version(namespace, context.secretsOf(target)),
    heldVersion(context, subject, target),
  ];
  const digest = createHash("sha256").update(JSON.stringify([target, subject.suspended, versions]));
  return digest.digest("hex").slice(0, 32);
}

/** Names what a target waits for beside the source. */
function heldVersion(
  { deploysHeld, imports }: DeliveryContext,
  { namespace, source }: Subject,
  target: Target,
): unknown {
  if (!("importName" in source) || !deploysHeld(target)) return undefined;
  const { id, version, sha256 } = importedBy(imports.get(`${namespace}/${source.importName}`)) ?? {};
  return [id, version, sha256];
}

/** Keyed digest of all that shapes the place (`DeliveryRecord.fingerprint`). */
export function fingerprintOf(
  context: DeliveryContext,
  target: Target,
  { bundle, chain, mark, file }: Desired,
  secrets: readonly Buffer[],
): string {
  const certificates = chainOf(bundle, { chain: chain.include, root: chain.root });
  const shape = JSON.stringify([context.shapeOf(target), target.chain, target.privateKey, mark]);
  const key = bundle.key ?? Buffer.alloc(0);
  const parts = [shape, key, bundle.leaf, ...certificates, "trusted", ...bundle.trusted, "secrets", ...secrets];
  if (file !== undefined) parts.push("file", file);
  return fingerprint(context.fingerprintKey, parts);
}

/**
 * Names one rollout of an object: what goes out, and what was asked for. What stores hold already is one certificate for all
 * targets by its name only, which is part of the spec.
 */
export function revisionOf(
  { fingerprintKey }: Pick<DeliveryContext, "fingerprintKey">,
  { generation, requested, source }: Subject,
  { bundle }: Source,
): string {
  const { leaf, chain, key = Buffer.alloc(0), trusted } = bundle;
  const asked = JSON.stringify([generation, requested]);
  if ("held" in source) return fingerprint(fingerprintKey, [asked]);
  return fingerprint(fingerprintKey, [asked, key, leaf, ...chain, "trusted", ...trusted]);
}
