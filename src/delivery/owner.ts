import type { CertificateFacts } from "../formats/index.ts";
import type { Observation } from "../stores/contract.ts";
import type { PolicySet } from "../crds/index.ts";

/** What this process knows of others that want, or hold, the same place. */
export interface Claim {
  /** Our mark: `<owner-id>/<kind>/<namespace>/<name>[/<target>]`. */
  readonly mark: string;
  /** `<kind>/<namespace>/<name>` of the resource that wants the same free place and comes before us. */
  readonly elder?: string | undefined;
  /** Our record knows of a write of ours to this very place. */
  readonly held?: boolean;
  /** Whether the resource behind a mark of our own owner-id still exists and still wants this place. */
  readonly alive: (mark: string) => boolean;
}

/** Whether we may write, and if not, why. */
export type Ownership =
  | { readonly owner: "Ours" | "Free" | "Adopted" }
  | {
      readonly owner: "Other";
      readonly reason: "PlaceTaken" | "OwnedElsewhere" | "NotAdopted";
      readonly message: string;
    };

/**
 * Who owns a place. Marks decide first, then age among those who want it, then the adoption policy over what lies there
 * without a mark. Pure.
 */
export function ownerOf(
  observation: Observation,
  claim: Claim,
  leaf: CertificateFacts,
  adoption: PolicySet["adoptionPolicy"],
): Ownership {
  if (observation.state === "Absent") return claim.elder === undefined ? { owner: "Free" } : taken(claim.elder, claim);
  const { holders } = observation;
  const elsewhere = holders.others.find((mark) => ownerId(mark) !== ownerId(claim.mark));
  const lost = holders.ours || claim.held === true;
  if (elsewhere !== undefined && (lost || adoption !== "Always")) return ownedElsewhere(ownerId(elsewhere), lost);
  const holder = holders.others.find((mark) => ownerId(mark) === ownerId(claim.mark) && claim.alive(mark));
  if (holder !== undefined) return taken(holderOf(holder).resource, claim);
  if (holders.ours) return { owner: "Ours" };
  if (claim.elder !== undefined) return taken(claim.elder, claim);
  if (!holders.foreign) return { owner: "Free" };
  return adopt(observation, leaf, adoption);
}

/** A place is taken once: two operators under `Always` would take it from each other for ever. */
function ownedElsewhere(owner: string, lost: boolean): Ownership {
  const message = lost
    ? `Another operator (owner id ${owner}) has taken this place over. Choose another place, or remove its mark there to have it back.`
    : `Another operator (owner id ${owner}) holds this place. Choose another place, or set adoptionPolicy: Always to take it over.`;
  return { owner: "Other", reason: "OwnedElsewhere", message };
}

function adopt(
  observation: Extract<Observation, { state: "Present" | "Unreadable" }>,
  leaf: CertificateFacts,
  adoption: PolicySet["adoptionPolicy"],
): Ownership {
  if (adoption === "Always") return { owner: "Adopted" };
  const placed = observation.state === "Present" ? observation.leaf : undefined;
  if (adoption === "IfMatching" && placed !== undefined && matches(placed, leaf)) return { owner: "Adopted" };
  const what = placed === undefined ? "something that is no certificate" : `the certificate ${placed.subject}`;
  const hint =
    adoption === "Never"
      ? "adoptionPolicy is Never: remove what is there, or choose another place."
      : "It is not the same certificate or one for the same names or key: remove what is there, choose another place, or set adoptionPolicy: Always.";
  return {
    owner: "Other",
    reason: "NotAdopted",
    message: `The place holds ${what}, which Certferry did not write. ${hint}`,
  };
}

/** The same leaf; or one for the same subject and names; or one with the same public key. */
function matches(placed: CertificateFacts, leaf: CertificateFacts): boolean {
  const sameNames = placed.subject === leaf.subject && placed.altNames.join() === leaf.altNames.join();
  return placed.sha256 === leaf.sha256 || sameNames || placed.publicKeySha256 === leaf.publicKeySha256;
}

/** Names the holder only inside its own namespace: others need not know what runs elsewhere. */
function taken(holder: string, claim: Claim): Ownership {
  const [kind, namespace, name] = holder.split("/");
  const own = holderOf(claim.mark).resource.split("/")[1];
  const who = namespace === own ? `${kind} ${name}` : "A resource in another namespace";
  const message = `${who} holds this place. It is taken over when that one goes; or choose another place.`;
  return { owner: "Other", reason: "PlaceTaken", message };
}

function ownerId(mark: string): string {
  return mark.split("/", 1)[0] ?? "";
}

/** Who stands behind a mark: `<kind>/<namespace>/<name>`, and the target, "" where the resource has but one place. */
export function holderOf(mark: string): { resource: string; target: string } {
  const [, kind = "", namespace = "", name = "", target = ""] = mark.split("/");
  return { resource: `${kind}/${namespace}/${name}`, target };
}
