import type { Provider } from "../contract.ts";

/** What a web service is asked to take where `spec.limits` says nothing: no vendor names a number that holds everywhere. */
export const webServiceLimits: NonNullable<Provider["limits"]> = { maxConcurrent: 8, requestsPerMinute: 600 };
