import { HttpsClient, type Reply, type Send } from "../../http/client.ts";
import type { CommandServer } from "../server.ts";

export type { Reply, Send } from "../../http/client.ts";

/** Sends what the reference's exchanges have, and takes what comes. */
export class Client {
  readonly #server: CommandServer;
  readonly #https: HttpsClient;
  readonly #authorization: string;

  constructor(server: CommandServer, authorization = basic("CORP\\certferry", "Passw0rd-of-Command!")) {
    this.#server = server;
    this.#https = new HttpsClient(server);
    this.#authorization = authorization;
  }

  get(path: string, send: Send = {}): Promise<Reply> {
    return this.send("GET", path, send);
  }

  post(path: string, body: unknown, headers: Send["headers"] = {}): Promise<Reply> {
    return this.send("POST", path, { body, headers });
  }

  put(path: string, body: unknown): Promise<Reply> {
    return this.send("PUT", path, { body });
  }

  /** @param path below the API's, or all of it where it begins with two slashes */
  send(method: "GET" | "POST" | "PUT" | "DELETE", path: string, { body, headers }: Send): Promise<Reply> {
    const full = path.startsWith("//") ? path.slice(1) : `/${this.#server.apiPath}${path}`;
    const own = {
      authorization: this.#authorization,
      "x-keyfactor-requested-with": "APIClient",
      "x-keyfactor-api-version": "1",
    };
    return this.#https.send(method, full, { body, headers: { ...own, ...headers } });
  }

  close(): Promise<void> {
    return this.#https.close();
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
