import type { ControlPlane, SupervisedProcess } from "../../test/control-plane/index.ts";

/** What a story is shown on: a control plane with `deploy/` installed, and an operator that serves it. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly operator: SupervisedProcess;
}

/** One kind of store, shown. */
export interface Story {
  readonly title: string;
  /** What the operator must be told beside its identity. */
  readonly flags: readonly string[];
  /** Delivers a certificate, renews it, and shows both. Rejects unless all was delivered. */
  show(stage: Stage): Promise<void>;
  /** A command to go on with by hand. */
  readonly goOn: string;
  close(): Promise<void>;
}
