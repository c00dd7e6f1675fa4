import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import type {
  Download,
  DownloadRequest,
  Place,
  PlaceContext,
  RemovalContext,
  RemoveResult,
  Store,
  StoreContext,
  StoreHealth,
} from "../contract.ts";
import { downloadFrom } from "./download.ts";
import { meaningOf } from "./failure.ts";
import { type Access, CertificatePlace } from "./place.ts";
import { isRefusal } from "./refusal.ts";
import { removeFrom } from "./remove.ts";

/** What the store's check asks for: whether or not it is there, whoever may read certificates is told. */
const probe = "certferry-check";

/** A vault, as one identity. */
export class KeyVaultStore implements Store {
  readonly provider = "azureKeyVault";
  readonly timeoutMs: number;
  readonly #access: Access;

  constructor(access: Access, { timeoutMs }: Pick<StoreContext, "timeoutMs">) {
    this.#access = access;
    this.timeoutMs = timeoutMs;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    const { vault } = this.#access;
    try {
      const { headers } = await vault.call("GET", `/certificates/${probe}`, { signal });
      return healthOf(headers["x-ms-keyvault-service-version"]);
    } catch (error) {
      if (isRefusal(error, 404)) return healthOf(error.serviceVersion);
      throw meaningOf(error, { verb: "get", name: probe, host: vault.host });
    }
  }

  place(block: unknown, context: PlaceContext): Place {
    return new CertificatePlace(this.#access, block as AzureKeyVaultTarget, context);
  }

  download(request: DownloadRequest, signal: AbortSignal): Promise<Download> {
    return downloadFrom(this.#access, request, signal);
  }

  remove(key: string, mark: string, _context: RemovalContext, signal: AbortSignal): Promise<RemoveResult> {
    return removeFrom(this.#access, key, mark, signal);
  }

  close(): Promise<void> {
    return this.#access.vault.close();
  }
}

function healthOf(providerVersion: string | undefined): StoreHealth {
  return providerVersion === undefined ? {} : { providerVersion };
}
