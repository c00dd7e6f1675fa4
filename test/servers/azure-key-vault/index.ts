/** A contract server for Azure Key Vault's certificates; see README.md. */
export { delayed, doneButLost, type Ending, type Exchange, type Fault, halfABody, neverDone } from "../http/faults.ts";
export { Hold } from "../http/hold.ts";
export type { Injection, Match } from "../http/injection.ts";
export type { Seen, Traffic } from "../http/traffic.ts";
export { type Access, type AccessModel, type Action, actions, allActions } from "./access.ts";
export { claimsChallenge, forbiddenByPolicy, internalError, objectDisabled, throttled, unavailable } from "./faults.ts";
export type { Certificate, State, Version } from "./model/certificate.ts";
export type { Policy } from "./model/policy.ts";
export { type ServerOptions, VaultServer } from "./server.ts";
export type { Settings, Vault, VaultOptions } from "./vault.ts";
