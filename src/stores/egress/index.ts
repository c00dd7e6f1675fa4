export { egressGuard, type EgressOptions } from "./egress.ts";
export { ownCluster, withOwnCluster } from "./own-cluster.ts";
export { deniedByDefault, isEgressEntry } from "./rules.ts";
