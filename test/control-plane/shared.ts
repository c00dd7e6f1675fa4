import { inject } from "vitest";
import { ClusterAccess, type ControlPlaneFacts } from "./access.ts";

declare module "vitest" {
  interface ProvidedContext {
    controlPlane: ControlPlaneFacts;
  }
}

let access: ClusterAccess | undefined;

/** The control plane of this run, with all of `deploy/` installed. To be called by a test file of the project `integration`. */
export function sharedControlPlane(): ClusterAccess {
  access ??= new ClusterAccess(inject("controlPlane"));
  return access;
}

/** A fresh namespace on the shared control plane, whose name begins so. */
export function testNamespace(prefix: string): Promise<string> {
  return sharedControlPlane().namespace(prefix);
}
