export { type OAuthOptions, OAuthServer, type TokenRequest } from "./server.ts";
