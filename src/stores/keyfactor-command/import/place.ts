import type { KeyfactorCommandImport } from "../../../crds/index.ts";
import { certificateFacts } from "../../../formats/index.ts";
import type { Desired, Observation, Obstacle, Place, PlaceContext, PutResult, Report } from "../../contract.ts";
import { BlockedError, TransientError } from "../../errors.ts";
import { analyzeCertificate } from "../api/analyze-certificate.ts";
import { certificateByThumbprint, type CommandCertificateRow } from "../api/certificates.ts";
import { importCertificate } from "../api/import-certificate.ts";
import { metadataFields, putMetadata } from "../api/metadata.ts";
import { putOwner } from "../api/owner.ts";
import type { Command } from "../command.ts";
import { certificateFile } from "./file.ts";
import { isAlike, seen, seenBefore, type Unlike, unlike, withObstacle } from "./look.ts";
import { mergedMetadata, missingFields } from "./metadata.ts";
import { importKey, isThumbprint } from "./place-key.ts";
import { deployed, descriptionOf, reportOf } from "./request.ts";

/**
 * The certificate of one import in Command's inventory. Command has no room for a mark: what was brought there is known by the
 * record. There a certificate is the same for whoever imports it, by its thumbprint (docs/adr/0015-imports-share-certificates.md).
 */
export class ImportPlace implements Place {
  readonly address: string;
  readonly spots: readonly string[];
  readonly key: string;
  /** A look tells whether an import happened, and what is there is never imported again. */
  readonly repeatable = false;
  readonly #command: Command;
  readonly #block: KeyfactorCommandImport;
  readonly #context: PlaceContext;
  /** Thumbprint of the certificate that lay there last, where it is another one. */
  readonly #before: string | undefined;

  constructor(command: Command, block: KeyfactorCommandImport, context: PlaceContext) {
    this.#command = command;
    this.#block = block;
    this.#context = context;
    this.address = `${command.installation}/certificates`;
    this.spots = [`${context.namespace}/${context.name}`];
    const [thumbprint, before] = [context.leaf?.sha1.toUpperCase(), context.remote?.version];
    this.#before = before !== thumbprint && isThumbprint(before) ? before : undefined;
    this.key = importKey({ installation: command.installation, thumbprint, before: this.#before });
  }

  async observe(desired: Desired, signal: AbortSignal, unsure?: { readonly since: Date }): Promise<Observation> {
    const facts = certificateFacts(desired.bundle.leaf);
    const row = await this.#find(facts.sha1, signal);
    if (row === undefined) {
      return withObstacle(await this.#withoutIt(signal), await this.#obstacle(this.#block, signal));
    }
    const block = this.#mine(row);
    const differs = unlike(row, desired, block);
    const ours = this.#context.remote?.id === String(row.Id) || unsure !== undefined;
    const obstacle = isAlike(differs) ? undefined : await this.#obstacle(block, signal);
    return withObstacle({ ...seen(row, facts, differs, ours), ...this.#replaced() }, obstacle);
  }

  async put(desired: Desired, before: Observation, signal: AbortSignal): Promise<PutResult> {
    const facts = certificateFacts(desired.bundle.leaf);
    const isThere = before.state === "Present" && before.remote.version === facts.sha1.toUpperCase();
    const keyless = before.state === "Present" && before.differs.some(({ what }) => what === "private key");
    const report = isThere && !keyless ? undefined : await this.#import(desired, facts.sha1, before, signal);
    const row = await this.#find(facts.sha1, signal).catch((error: unknown) => {
      throw report === undefined ? error : unseen(error);
    });
    if (row === undefined) {
      return report === undefined ? { outcome: "Changed" } : { outcome: "Written", seen: { state: "Absent", report } };
    }
    const block = this.#mine(row);
    const last = await this.#described(row, block, unlike(row, desired, block), signal);
    const { report: found, ...rest } = {
      ...seen(last, facts, unlike(last, desired, block), true),
      ...this.#replaced(),
    };
    return { outcome: "Written", seen: report === undefined ? rest : { ...rest, report: { ...found, ...report } } };
  }

  /** Only with the import that first brings the certificate does Command bring it to the stores of `deployTo`. */
  async #import(desired: Desired, sha1: string, before: Observation, signal: AbortSignal): Promise<Report> {
    const { client, pfxProfile } = this.#command;
    const file = await certificateFile(desired, pfxProfile);
    const keyless = before.state === "Present" && before.remote.version === sha1.toUpperCase();
    const { deployTo, preflight, ...described } = keyless ? this.#mine({ Id: Number(before.remote.id) }) : this.#block;
    if (preflight === "Analyze") await this.#analyze(file, sha1, signal);
    const stores = keyless || deployTo === undefined ? undefined : deployed(deployTo);
    const request = { ...file, ...descriptionOf(described), ...stores };
    const secrets = file.Password === undefined ? [] : [file.Password];
    return reportOf(await importCertificate(client, request, signal), { deployTo: stores !== undefined, secrets });
  }

  async #analyze(file: Parameters<typeof analyzeCertificate>[1], sha1: string, signal: AbortSignal): Promise<void> {
    const found = await analyzeCertificate(this.#command.client, file, signal);
    if (found.includes(sha1.toUpperCase())) return;
    const message = `Command does not find the source's certificate (thumbprint ${sha1}) in the file it was sent, so it was not imported.`;
    throw new BlockedError("AnalyzeDiffers", message);
  }

  /** Changes metadata and owner where they differ, and gives what is there then. */
  async #described(
    row: CommandCertificateRow,
    { metadata = {}, ownerRole }: KeyfactorCommandImport,
    differs: Unlike,
    signal: AbortSignal,
  ): Promise<CommandCertificateRow> {
    const { client, scope } = this.#command;
    if (differs.metadata.length > 0) {
      const all = mergedMetadata(metadata, row, await metadataFields(client, signal));
      await putMetadata(client, row.Id, all, scope, signal);
    }
    if (differs.owner && ownerRole !== undefined) await putOwner(client, row.Id, ownerRole, scope, signal);
    if (differs.metadata.length === 0 && !differs.owner) return row;
    return (await this.#find(row.Thumbprint, signal)) ?? row;
  }

  /** The block without what an older import of the same certificate decides. */
  #mine({ Id }: Pick<CommandCertificateRow, "Id">): KeyfactorCommandImport {
    if (this.#context.elderHolds?.(this.address, String(Id)) !== true) return this.#block;
    const { metadata: _metadata, ownerRole: _ownerRole, ...block } = this.#block;
    return block;
  }

  /** The certificate before stays in Command, as its history, unless the import's policy is to leave nothing behind. */
  #replaced(): { replaced?: string } {
    if (this.#before === undefined || this.#context.deletionPolicy !== "Delete") return {};
    return { replaced: importKey({ installation: this.#command.installation, thumbprint: this.#before }) };
  }

  /** What lay there before, if it still does. */
  async #withoutIt(signal: AbortSignal): Promise<Observation> {
    const row = this.#before === undefined ? undefined : await this.#find(this.#before, signal);
    return row === undefined ? { state: "Absent" } : seenBefore(row);
  }

  /** Why what is asked for cannot be written; asked for before anything is. */
  async #obstacle(
    { metadata = {}, ownerRole }: KeyfactorCommandImport,
    signal: AbortSignal,
  ): Promise<Obstacle | undefined> {
    const { client } = this.#command;
    const version = await client.version(signal);
    if (ownerRole !== undefined && version.lacksOwners) {
      const message = `ownerRole needs Command 24.4 or later, and this is ${version.text}; leave it out.`;
      return { reason: "VersionTooOld", message };
    }
    if (Object.keys(metadata).length === 0) return undefined;
    const [missing] = missingFields(metadata, await metadataFields(client, signal));
    if (missing === undefined) return undefined;
    const message = `Command has no metadata field ${missing}; create it there, or correct keyfactorCommand.metadata.`;
    return { reason: "MetadataFieldMissing", message };
  }

  #find(thumbprint: string, signal: AbortSignal): Promise<CommandCertificateRow | undefined> {
    return certificateByThumbprint(this.#command.client, thumbprint, this.#command.scope, signal);
  }
}

/** The import was done, whatever becomes of the look that follows it. */
function unseen(cause: unknown): TransientError {
  const message = "Command has imported the certificate, and could not be asked for it then; it is looked for later.";
  return new TransientError("StoreUnavailable", message, { happened: "unknown", cause });
}
