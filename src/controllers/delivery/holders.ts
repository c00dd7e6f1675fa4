import type { CertificateImport } from "../../crds/index.ts";
import type { Cache, KubeObject } from "../../kube/index.ts";
import type { DeliveryObject } from "./kind.ts";
import type { Subject } from "./subject.ts";

type Imports = Pick<Cache<CertificateImport & KubeObject>, "byIndex">;

/** The index of imports by what they hold in a store, as their records tell: several may hold the same certificate. */
export const holding = "holding";

/** The keys of an object in the index `holding`. */
export function holdingKeys({ status }: DeliveryObject): readonly string[] {
  const { place, remote } = (status !== undefined && "delivery" in status ? status.delivery : undefined) ?? {};
  return place === undefined || remote === undefined ? [] : [holdingKey(place.address, remote.id)];
}

function holdingKey(address: string, id: string): string {
  return JSON.stringify([address, id]);
}

/**
 * Whether another import that is older than this subject holds the same there. One that is going leaves what it decided to the
 * next.
 */
export function elderHolds(
  imports: Imports,
  subject: Pick<Subject, "namespace" | "name" | "created">,
  address: string,
  id: string,
): boolean {
  const rank = rankOf(subject);
  return imports.byIndex(holding, holdingKey(address, id)).some(({ metadata }) => {
    const { namespace, name, creationTimestamp: created, deletionTimestamp } = metadata;
    return deletionTimestamp === undefined && rankOf({ namespace, name, created }) < rank;
  });
}

/** By age, then by name: RFC 3339 times of one form sort as text. */
function rankOf({ namespace, name, created }: Pick<Subject, "namespace" | "name" | "created">): string {
  return `${created} ${namespace}/${name}`;
}
