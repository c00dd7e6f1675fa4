import type { TokenCredential } from "@azure/identity";
import { CredentialsRefused, InternalDefect, isStoreError } from "../../errors.ts";
import type { Authorization } from "../../http/index.ts";
import { challengeOf } from "./challenge.ts";
import type { Identity } from "./identity.ts";

/**
 * The tokens of one store, for all its requests. @azure/identity keeps each until shortly before its end; one that a vault refuses
 * is replaced once, unless it is fresh: another would fare no better.
 */
export class VaultLogin implements Authorization {
  readonly from: string;
  readonly #identity: Identity;
  readonly #resource: string;
  readonly #connections: { close(): Promise<void> };
  #credential: Promise<TokenCredential> | undefined;
  #claims: string | undefined;
  #current: { readonly header: string; readonly kept: boolean } | undefined;

  /** @param resource what tokens are for: `https://vault.azure.net` */
  constructor(identity: Identity, resource: string, connections: { close(): Promise<void> }) {
    this.from = identity.from;
    this.#identity = identity;
    this.#resource = resource;
    this.#connections = connections;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async header(signal: AbortSignal): Promise<string> {
    const { token } = await this.#token(signal);
    const header = `Bearer ${token}`;
    this.#current = { header, kept: header === this.#current?.header };
    return header;
  }

  rejected(header: string, challenge?: string): Promise<"TryOnceMore" | "Refused"> {
    const { claims, tenantId } = challengeOf(challenge);
    const fresh = this.#current?.header === header && !this.#current.kept;
    if (this.#current?.header === header) this.#credential = undefined;
    const ours = this.#identity.tenantId;
    if (isGuid(tenantId) && isGuid(ours) && tenantId.toLowerCase() !== ours.toLowerCase()) {
      const message = `The vault belongs to the tenant ${tenantId}, and ${this.from} logs in to ${ours}; correct the store's tenantId.`;
      return Promise.reject(new CredentialsRefused(message));
    }
    if (claims === undefined) return Promise.resolve(fresh ? "Refused" : "TryOnceMore");
    this.#claims = claims;
    return Promise.resolve("TryOnceMore");
  }

  async #token(signal: AbortSignal): Promise<{ token: string }> {
    try {
      this.#credential ??= this.#identity.open();
      const credential = await this.#credential;
      const claims = this.#claims;
      const options = { abortSignal: signal, enableCae: true, ...(claims === undefined ? {} : { claims }) };
      const found = await credential.getToken(`${this.#resource}/.default`, options);
      if (found === null) throw new InternalDefect("the identity gave no token, and no reason");
      this.#claims = undefined;
      return found;
    } catch (error) {
      signal.throwIfAborted();
      this.#credential = undefined;
      throw isStoreError(error) ? error : (this.#identity.failure() ?? error);
    }
  }
}

function isGuid(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
