import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import type { ConnectGuard } from "../../../http/index.ts";
import { BlockedError } from "../../errors.ts";
import { HttpsConnection } from "../../http/index.ts";
import { requestOf, responseOf } from "../azure-request.ts";
import { metadataOrigin, MetadataService } from "./metadata.ts";

export interface TokenTransportOptions {
  /** Origins of the token service: a cloud's has several names, and answers with any of them. */
  readonly authorities: readonly string[];
  readonly caPem: string | undefined;
  readonly guard: ConnectGuard;
  /** For the metadata service; undefined where the store has no managed identity. */
  readonly metadataGuard: ConnectGuard | undefined;
  readonly timeoutMs: number;
}

/** The connections to what gives tokens, and to nothing else, whatever a token service answers. */
export class TokenTransport implements HttpClient {
  readonly #connections: ReadonlyMap<string, HttpsConnection | MetadataService>;

  constructor({ authorities, metadataGuard, ...options }: TokenTransportOptions) {
    const turn = (): Promise<void> => Promise.resolve();
    const services = authorities.map((origin) => [origin, new HttpsConnection({ ...options, origin, turn })] as const);
    this.#connections = new Map<string, HttpsConnection | MetadataService>([
      ...services,
      ...(metadataGuard === undefined ? [] : [[metadataOrigin, new MetadataService(metadataGuard)] as const]),
    ]);
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const { origin } = new URL(request.url);
    const connection = this.#connections.get(origin);
    if (connection === undefined) {
      const message = `The login leads to ${origin}, which is no token service of the store's cloud; nothing is sent there.`;
      throw new BlockedError("EgressDenied", message);
    }
    return responseOf(request, await connection.request(requestOf(request)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }
}
