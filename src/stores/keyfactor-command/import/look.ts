import type { KeyfactorCommandImport } from "../../../crds/index.ts";
import { type CertificateFacts, certificateFacts } from "../../../formats/index.ts";
import type { Desired, Difference, Observation, Obstacle } from "../../contract.ts";
import type { CommandCertificateRow } from "../api/certificates.ts";
import { differingMetadata } from "./metadata.ts";

type Present = Extract<Observation, { state: "Present" }>;

/** What of a certificate that is in Command is not as we would have it. */
export interface Unlike {
  /** We bring the private key, and Command has none. */
  readonly privateKey: boolean;
  /** Names of metadata fields. */
  readonly metadata: readonly string[];
  readonly owner: boolean;
}

/** Pure. */
export function unlike(row: CommandCertificateRow, { bundle }: Desired, block: KeyfactorCommandImport): Unlike {
  return {
    privateKey: bundle.key !== undefined && row.HasPrivateKey === false,
    metadata: differingMetadata(block.metadata ?? {}, row),
    owner: otherOwner(row, block.ownerRole),
  };
}

export function isAlike({ privateKey, metadata, owner }: Unlike): boolean {
  return !privateKey && metadata.length === 0 && !owner;
}

/** What lies in Command where the certificate that is wanted is there. */
export function seen(row: CommandCertificateRow, facts: CertificateFacts, differs: Unlike, ours: boolean): Present {
  return {
    state: "Present",
    remote: remoteOf(row),
    holders: { ours, others: [], foreign: !ours },
    leaf: facts,
    differs: differencesOf(differs),
    report: { certificateId: row.Id },
  };
}

/** As `seen`, where only the one that was brought before is there: to import another one updates the place. */
export function seenBefore(row: CommandCertificateRow): Present {
  const leaf = row.ContentBytes ? certificateFacts(Buffer.from(row.ContentBytes, "base64")) : undefined;
  return {
    state: "Present",
    remote: remoteOf(row),
    holders: { ours: true, others: [], foreign: false },
    ...(leaf === undefined ? {} : { leaf }),
    differs: [{ what: "certificate" }],
  };
}

export function withObstacle(observation: Observation, obstacle: Obstacle | undefined): Observation {
  return obstacle === undefined ? observation : { ...observation, obstacle };
}

function remoteOf({ Id, Thumbprint }: CommandCertificateRow): Present["remote"] {
  return { id: String(Id), version: Thumbprint.toUpperCase() };
}

function differencesOf({ privateKey, metadata, owner }: Unlike): Difference[] {
  return [
    ...(privateKey ? [{ what: "private key" }] : []),
    ...metadata.map((name) => ({ what: `metadata ${name}` })),
    ...(owner ? [{ what: "owner role" }] : []),
  ];
}

/** A version that does not tell the owner is believed. */
function otherOwner(row: CommandCertificateRow, wanted: KeyfactorCommandImport["ownerRole"]): boolean {
  if (wanted?.id !== undefined && row.OwnerRoleId !== undefined) return row.OwnerRoleId !== wanted.id;
  if (wanted?.name !== undefined && row.OwnerRoleName !== undefined) {
    return row.OwnerRoleName?.toLowerCase() !== wanted.name.toLowerCase();
  }
  return false;
}
