import type { KeyfactorCommandStoreBlock } from "../../crds/index.ts";
import type { FindOptions } from "./api/certificates.ts";
import type { CommandClient } from "./client.ts";

/** One installation of Command, as a store's account sees it. */
export interface Command {
  readonly client: CommandClient;
  /** `installationOf` the store. */
  readonly installation: string;
  /** Where Command checks the permissions, unless a resource says otherwise. */
  readonly scope: FindOptions;
  readonly pfxProfile: KeyfactorCommandStoreBlock["pfxProfile"];
  readonly legacyStoreIds: boolean;
}
