import type { Certificate } from "../model/certificate.ts";
import { result, type Work } from "../model/job.ts";
import type { Entry, Outcome, Store } from "../model/store.ts";

/** How a run ended: the numbers of A.9. */
export interface Ended {
  readonly result: number;
  readonly message: string | null;
  readonly willRetry: boolean;
}

const success: Ended = { result: result.Success, message: null, willRetry: false };
const warning: Ended = { result: result.Warning, message: "The job ended with a warning.", willRetry: false };

/** Does in the store what the work says, or what the outcome makes of it. */
export function run(store: Store, work: Exclude<Work, { kind: "Inventory" }>, outcome: Outcome, world: World): Ended {
  switch (outcome) {
    case "Success":
      return done(store, work, world);
    case "WarningPlaced":
      done(store, work, world);
      return warning;
    case "Warning":
      return warning;
    case "Failure":
      return failure("The orchestrator could not reach the store.");
    case "WillRetry":
      return { ...failure("The orchestrator could not reach the store."), willRetry: true };
  }
}

/** What a run needs of Command. */
export interface World {
  certificate(id: number): Certificate | undefined;
  nextItemId(): number;
}

function done(store: Store, work: Exclude<Work, { kind: "Inventory" }>, world: World): Ended {
  return work.kind === "Add" ? add(store, work, world) : remove(store, work.alias);
}

function add(store: Store, work: Extract<Work, { kind: "Add" }>, world: World): Ended {
  const certificate = world.certificate(work.certificateId);
  if (certificate === undefined) return failure("The certificate is gone.");
  // Where the user has no alias it is the thumbprint (A.7 [K] for IIS and Windows, elsewhere [I]).
  const alias = store.type.alias === "Forbidden" ? certificate.facts.Thumbprint : aliasOf(work, certificate);
  const replaced = replacedBy(store, work, alias);
  if (replaced !== undefined && !work.overwrite) return taken(store, replaced.alias);
  if (replaced !== undefined) store.contents.delete(replaced.alias);
  const { includePrivateKey: hasPrivateKey } = work;
  const itemId = world.nextItemId();
  store.contents.set(alias, { alias, certificates: [certificate.x509], hasPrivateKey, itemId });
  return success;
}

function aliasOf({ alias }: Extract<Work, { kind: "Add" }>, { facts }: Certificate): string {
  return alias === undefined || alias === "" ? facts.Thumbprint : alias;
}

/** The entry in whose stead the new one comes. */
function replacedBy(store: Store, work: Extract<Work, { kind: "Add" }>, alias: string): Entry | undefined {
  if (store.type.holdsOne) return [...store.contents.values()][0];
  return store.contents.get(work.alias ?? alias) ?? store.contents.get(alias);
}

/** The text is quoted from the file stores' orchestrator as far as A.7 [K] has it. */
function taken({ type, path }: Store, alias: string): Ended {
  const message = `Alias ${alias} already exists in store ${path} and overwrite is set to False.`;
  return { result: result[type.taken], message, willRetry: false };
}

/** By alias, never by certificate (A.8 [O]); without such an alias the job fails [K]. */
function remove(store: Store, alias: string): Ended {
  if (store.contents.delete(alias)) return success;
  return failure(`Alias ${alias} does not exist in certificate store ${store.path}.`);
}

function failure(message: string): Ended {
  return { result: result.Failure, message, willRetry: false };
}
