import type { CommandCertificate, KeyfactorCommandDownload, KeyfactorCommandImport } from "../../crds/index.ts";
import type {
  Download,
  DownloadRequest,
  Held,
  Place,
  PlaceContext,
  RemovalContext,
  Store,
  StoreHealth,
} from "../contract.ts";
import { TerminalError } from "../errors.ts";
import type { Command } from "./command.ts";
import { downloadFrom } from "./download/download.ts";
import { heldIn } from "./held.ts";
import { ImportPlace } from "./import/place.ts";
import { removeImport } from "./import/remove.ts";

/** An installation of Keyfactor Command as a store. */
export class CommandStore implements Store {
  readonly provider = "keyfactorCommand";
  readonly timeoutMs: number;
  readonly #command: Command;

  constructor(command: Command, { timeoutMs }: { readonly timeoutMs: number }) {
    this.#command = command;
    this.timeoutMs = timeoutMs;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    const { text } = await this.#command.client.check(signal);
    return text === undefined ? {} : { providerVersion: text };
  }

  /** The API server has validated the block by the CRD: a target of a StoreDeployment names a store, an import does not. */
  place(block: unknown, context: PlaceContext): Place {
    if ("storeId" in (block as object))
      throw new TerminalError("ProviderNotBuilt", "Targets in Command are not built yet.");
    return new ImportPlace(this.#command, block as KeyfactorCommandImport, context);
  }

  download({ block, imported }: DownloadRequest, signal: AbortSignal): Promise<Download> {
    return downloadFrom(this.#command, block as KeyfactorCommandDownload, imported, signal);
  }

  held(certificate: unknown, signal: AbortSignal): Promise<Held> {
    return heldIn(this.#command, certificate as CommandCertificate, signal);
  }

  remove(key: string, _mark: string, context: RemovalContext, signal: AbortSignal): ReturnType<Store["remove"]> {
    return removeImport(this.#command, key, context, signal);
  }

  async close(): Promise<void> {
    await this.#command.client.close();
  }
}
