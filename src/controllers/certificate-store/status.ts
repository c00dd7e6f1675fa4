import type { CertificateStoreStatus, Condition } from "../../crds/index.ts";
import type { StoreObject } from "../../resolve/index.ts";
import { setCondition } from "../../runtime/index.ts";
import { CredentialsRefused } from "../../stores/errors.ts";
import type { Health } from "./reconcile.ts";

interface Verdict {
  readonly status: Condition["status"];
  readonly reason: string;
  readonly message: string;
}

/** The whole status of a store after a check. The time of the check moves only with its outcome, so that rest writes nothing. */
export function storeStatus(
  { metadata, spec, status }: StoreObject,
  health: Health,
  now: Date,
): CertificateStoreStatus {
  const { ready, reconciling, stalled } = verdicts(health, spec.suspend ?? false);
  const observedGeneration = metadata.generation;
  const before = status?.conditions ?? [];
  const set = (list: readonly Condition[], type: string, verdict: Verdict): Condition[] =>
    setCondition(list, { type, ...verdict, observedGeneration }, now);
  const conditions = set(set(set(before, "Ready", ready), "Reconciling", reconciling), "Stalled", stalled);
  const wasReady = before.find(({ type }) => type === "Ready");
  const same = wasReady?.status === ready.status && wasReady.reason === ready.reason;
  const providerVersion = health.well ? health.providerVersion : status?.providerVersion;
  const capabilities = health.well ? [...health.capabilities] : status?.capabilities;
  return {
    observedGeneration,
    conditions,
    ...(providerVersion === undefined ? {} : { providerVersion: providerVersion.slice(0, 128) }),
    lastCheckTime: (same ? status?.lastCheckTime : undefined) ?? now.toISOString(),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

function verdicts(health: Health, suspended: boolean): { ready: Verdict; reconciling: Verdict; stalled: Verdict } {
  const off = (reason: string): Verdict => ({ status: "False", reason, message: "" });
  if (!health.well) {
    const { reason, message, name } = health.error;
    const refused = health.error instanceof CredentialsRefused;
    const goesOn = !refused && (name === "TransientError" || name === "WaitingError");
    const why = { reason, message };
    return {
      ready: { status: "False", ...why },
      reconciling: goesOn ? { status: "True", ...why } : off("NotReconciling"),
      stalled: goesOn ? off("NotStalled") : { status: "True", ...why },
    };
  }
  const message = suspended ? "The store answers; spec.suspend stops every delivery into it." : "The store answers.";
  const ready: Verdict = { status: "True", reason: suspended ? "Suspended" : "Available", message };
  return { ready, reconciling: off("NotReconciling"), stalled: off("NotStalled") };
}
