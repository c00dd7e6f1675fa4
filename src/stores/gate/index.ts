export type { GateClock } from "./clock.ts";
export { type Entry, Gate, type GateLimits, type Told } from "./gate.ts";
export type { Urgency, Visitor } from "./line.ts";
