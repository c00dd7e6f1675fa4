export { egressGuard, type EgressOptions } from "./egress.ts";
export { deniedByDefault, isEgressEntry } from "./rules.ts";
