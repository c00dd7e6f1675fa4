/** A real control plane for tests; see README.md. */
export { ClusterAccess, type ControlPlaneFacts } from "./access.ts";
export { type AuditEvent, type AuditFilter, AuditLog } from "./audit.ts";
export { NoControlPlane } from "./binaries.ts";
export type { ControlPlane } from "./control-plane.ts";
export { install } from "./install.ts";
export { type KubeconfigUser, kubeconfigText } from "./kubeconfig.ts";
export type { KubectlOptions, KubectlResult } from "./kubectl.ts";
export { type StartOptions, startControlPlane } from "./start.ts";
export type { SupervisedProcess } from "./supervised.ts";
export { eventually } from "./wait.ts";
