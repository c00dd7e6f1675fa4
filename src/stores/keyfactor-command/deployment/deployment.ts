import type { KeyfactorCommandTarget, SecretKeyRef } from "../../../crds/index.ts";
import type { Command } from "../command.ts";
import type { Facts } from "./facts.ts";
import type { Placed } from "./placed.ts";
import type { Receipts } from "./receipts.ts";
import type { Recent } from "./recent.ts";

/** What all deployments of one store resource share. */
export interface Jobs extends Command {
  readonly facts: Facts;
  readonly receipts: Receipts;
  /** What this process has sent to PFX Deploy: address and thumbprint. */
  readonly deployed: Recent<true>;
  readonly now: () => Date;
}

/** One certificate on its way into one entry of a certificate store. */
export interface Deployment {
  readonly command: Jobs;
  readonly target: KeyfactorCommandTarget;
  readonly address: string;
  readonly key: string;
  /** Command's id of the certificate. */
  readonly certificateId: number;
  /** Its SHA-1, in upper case. */
  readonly thumbprint: string;
  /** What lay there by our hand, or when the write under way began. */
  readonly before: Placed | undefined;
  readonly runAt: Date | undefined;
  readonly secret: (ref: SecretKeyRef) => Buffer;
}

export function collectionOf({ target, command }: Deployment): number | undefined {
  return target.collectionId ?? command.scope.collectionId;
}
