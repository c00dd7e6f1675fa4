import { HttpsClient, type Reply, type Send as Sent } from "../../http/client.ts";
import type { VaultServer } from "../server.ts";

export type { Reply } from "../../http/client.ts";

export interface Send extends Sent {
  /** `api%2Dversion=7.6` when left out. */
  readonly query?: string;
}

/** Sends what the reference's exchanges have, and takes what comes. */
export class Client {
  readonly #https: HttpsClient;
  readonly #token: string;

  constructor(server: VaultServer, token: string) {
    this.#https = new HttpsClient(server);
    this.#token = token;
  }

  get(path: string, send: Send = {}): Promise<Reply> {
    return this.send("GET", path, send);
  }

  post(path: string, body?: unknown, send: Send = {}): Promise<Reply> {
    return this.send("POST", path, { ...send, body });
  }

  patch(path: string, body: unknown, send: Send = {}): Promise<Reply> {
    return this.send("PATCH", path, { ...send, body });
  }

  delete(path: string): Promise<Reply> {
    return this.send("DELETE", path, {});
  }

  send(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, send: Send): Promise<Reply> {
    const { body, headers, query = "api%2Dversion=7.6" } = send;
    const full = query === "" ? path : `${path}?${query}`;
    return this.#https.send(method, full, { body, headers: { authorization: `Bearer ${this.#token}`, ...headers } });
  }

  close(): Promise<void> {
    return this.#https.close();
  }
}
