/** A TLS proxy in front of a real API server that fails as it is told; see README.md. */
export { answer, close, type Ending, end, errorEvent, reset, stall } from "./endings.ts";
export { after, before, delayed, type Fault, halfChunk, slow } from "./faults.ts";
export type { Injection, Match, SeenRequest } from "./injection.ts";
export { FaultProxy } from "./proxy.ts";
export { afterEvents, duplicated } from "./watch-faults.ts";
