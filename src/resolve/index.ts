/** From references to what they mean: a source to a checked bundle, a store reference to a store. */
export { download, type DownloadFrom } from "./download.ts";
export { held, type HeldIn } from "./held.ts";
export { passwordRefs, type Source, type SourceOptions, SourceResolver } from "./source.ts";
export { refName, SecretValues } from "./secret-values.ts";
export { referencesOf, type ResolvedStore, type StoreOptions, StoreResolver } from "./store.ts";
export type { StoreReading } from "./store-certificate.ts";
export type { StoreUse } from "./permit.ts";
export { checkEveryMs, storeKey, type StoreObject, storeTitle } from "./store-object.ts";
