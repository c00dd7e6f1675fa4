import type {
  CommandCertificate,
  KeyfactorCommandDownload,
  KeyfactorCommandImport,
  KeyfactorCommandTarget,
} from "../../crds/index.ts";
import type {
  Download,
  DownloadRequest,
  Held,
  OpenJob,
  Place,
  PlaceContext,
  RemovalContext,
  Store,
  StoreHealth,
} from "../contract.ts";
import type { Command } from "./command.ts";
import type { Jobs } from "./deployment/deployment.ts";
import { Facts } from "./deployment/facts.ts";
import { DeploymentPlace } from "./deployment/place.ts";
import { isDeploymentKey } from "./deployment/place-key.ts";
import { Receipts } from "./deployment/receipts.ts";
import { Recent } from "./deployment/recent.ts";
import { removeFrom } from "./deployment/remove.ts";
import { withdrawFrom } from "./deployment/withdraw.ts";
import { downloadFrom } from "./download/download.ts";
import { heldIn } from "./held.ts";
import { ImportPlace } from "./import/place.ts";
import { removeImport } from "./import/remove.ts";

/** An installation of Keyfactor Command as a store. */
export class CommandStore implements Store {
  readonly provider = "keyfactorCommand";
  readonly timeoutMs: number;
  readonly #command: Jobs;

  constructor(command: Command, { timeoutMs }: { readonly timeoutMs: number }) {
    const facts = new Facts(command.client, timeoutMs);
    this.#command = { ...command, facts, receipts: new Receipts(), deployed: new Recent(), now: () => new Date() };
    this.timeoutMs = timeoutMs;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    const { text } = await this.#command.client.check(signal);
    return text === undefined ? {} : { providerVersion: text };
  }

  /** The API server has validated the block by the CRD. */
  place(block: unknown, context: PlaceContext): Place {
    return isTarget(block)
      ? new DeploymentPlace(this.#command, block, context)
      : new ImportPlace(this.#command, block as KeyfactorCommandImport, context);
  }

  download({ block, imported }: DownloadRequest, signal: AbortSignal): Promise<Download> {
    return downloadFrom(this.#command, block as KeyfactorCommandDownload, imported, signal);
  }

  held(certificate: unknown, signal: AbortSignal): Promise<Held> {
    return heldIn(this.#command, certificate as CommandCertificate, signal);
  }

  async withdraw(key: string, job: OpenJob, signal: AbortSignal): Promise<boolean> {
    return withdrawFrom(this.#command, key, job, signal);
  }

  remove(key: string, _mark: string, context: RemovalContext, signal: AbortSignal): ReturnType<Store["remove"]> {
    return isDeploymentKey(key)
      ? removeFrom(this.#command, key, context, signal)
      : removeImport(this.#command, key, context, signal);
  }

  async close(): Promise<void> {
    await this.#command.client.close();
  }
}

/** A target of a StoreDeployment names a certificate store, an import does not. */
function isTarget(block: unknown): block is KeyfactorCommandTarget {
  return typeof block === "object" && block !== null && "storeId" in block;
}
