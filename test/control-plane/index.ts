/** A real control plane for tests; see README.md. */
export { AuditLog, type AuditEvent, type AuditFilter } from "./audit.ts";
export { NoControlPlane } from "./binaries.ts";
export {
  ClusterAccess,
  ControlPlane,
  type ControlPlaneFacts,
  kubeconfigText,
  startControlPlane,
} from "./control-plane.ts";
export { install } from "./install.ts";
export { sharedControlPlane } from "./shared.ts";
