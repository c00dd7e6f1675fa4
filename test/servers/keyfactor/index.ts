/** A contract server for Keyfactor Command's API; see README.md. */
export type { Command, Enrollment, NewStore, Settings } from "./command.ts";
export { delayed, doneButLost, type Ending, type Exchange, type Fault, halfABody, neverDone } from "../http/faults.ts";
export { Hold } from "../http/hold.ts";
export type { Injection, Match } from "../http/injection.ts";
export type { Seen, Traffic } from "../http/traffic.ts";
export { emptyUnauthorized, htmlUnauthorized, tooManyRequests, unavailable } from "./faults.ts";
export type { Certificate } from "./model/certificate.ts";
export type { HistoryRow, Job } from "./model/job.ts";
export type { Entry, Orchestrator, Outcome, Store } from "./model/store.ts";
export { allPermissions, type Permission, type Role, type User } from "./permissions.ts";
export { CommandServer, type ServerOptions } from "./server.ts";
