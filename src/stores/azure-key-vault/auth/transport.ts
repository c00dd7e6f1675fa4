import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import type { ConnectGuard } from "../../../http/index.ts";
import { BlockedError } from "../../errors.ts";
import { HttpsConnection } from "../../http/index.ts";
import { requestOf, responseOf } from "../azure-request.ts";

export interface TokenTransportOptions {
  /** Origins of the token service: a cloud's has several names, and answers with any of them. */
  readonly authorities: readonly string[];
  readonly caPem: string | undefined;
  readonly guard: ConnectGuard;
  readonly timeoutMs: number;
}

/** The connections to a token service, and to nothing else, whatever it answers. */
export class TokenTransport implements HttpClient {
  readonly #connections: ReadonlyMap<string, HttpsConnection>;

  constructor({ authorities, ...options }: TokenTransportOptions) {
    const turn = (): Promise<void> => Promise.resolve();
    this.#connections = new Map(
      authorities.map((origin) => [origin, new HttpsConnection({ ...options, origin, turn })]),
    );
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const { origin } = new URL(request.url);
    const connection = this.#connections.get(origin);
    if (connection === undefined) {
      const message = `The login leads to ${origin}, which is no token service of the store's cloud; nothing is sent there.`;
      throw new BlockedError("EgressDenied", message);
    }
    // A token that is lost is asked for again: nothing was done that a write would have to wait for.
    return responseOf(request, await connection.request({ ...requestOf(request), reads: true }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }
}
