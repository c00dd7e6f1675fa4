import { inject } from "vitest";
import { ClusterAccess, type ControlPlaneFacts } from "./control-plane.ts";

declare module "vitest" {
  interface ProvidedContext {
    controlPlane: ControlPlaneFacts;
  }
}

/** The control plane of this run, with CRDs and RBAC installed. Close it when the file's tests have ended. */
export function sharedControlPlane(): ClusterAccess {
  return new ClusterAccess(inject("controlPlane"));
}
