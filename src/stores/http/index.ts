/** What stores that are web services share: one pipeline for requests, and the ways to log in. */
export type { Authorization } from "./authorization.ts";
export { Basic } from "./basic.ts";
export { BearerToken } from "./bearer-token.ts";
export { caPemOf, type CaReferences, caRefs } from "./ca.ts";
export { cleaned, withoutSecrets } from "./cleaned.ts";
export { ClientCredentials } from "./client-credentials.ts";
export { HttpsConnection, type HttpsConnectionOptions, type StoreRequest } from "./connection.ts";
export { fieldsOf, jsonOf } from "./json.ts";
export { webServiceLimits } from "./limits.ts";
export type { HttpAnswer, HttpRequest } from "./message.ts";
export type { ClientLogin, TokenEndpointOptions } from "./token-endpoint.ts";
export { unavailable } from "./unavailable.ts";
