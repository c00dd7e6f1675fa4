/** A contract server for the token endpoint of Microsoft Entra; see README.md. */
export { type Application, type Claims, Directory, type DirectoryOptions, type Federation } from "./directory.ts";
export { ImdsServer, type ImdsOptions } from "./imds.ts";
export { EntraServer, type ServerOptions } from "./server.ts";
