import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

export interface ImportRequest {
  /** Base64 of the file. */
  readonly Certificate: string;
  /** Of a PKCS#12. */
  readonly Password?: string;
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly StoreIds?: readonly string[];
  /** One entry for each type among the stores. */
  readonly StoreTypes?: readonly {
    readonly StoreTypeId: number;
    readonly Alias?: string;
    readonly Overwrite: boolean;
    readonly Properties: readonly { readonly Name: string; readonly Value: string }[];
  }[];
  /** RFC 3339; at once when absent. */
  readonly Schedule?: string;
  readonly OwnerRoleId?: number;
  readonly OwnerRoleName?: string;
}

const invalidStore = members({
  KeystoreId: z.string().nullish(),
  ClientMachine: z.string().nullish(),
  StorePath: z.string().nullish(),
  Alias: z.string().nullish(),
  /** Its names are not published. */
  Reason: z.int().nullish(),
  Explanation: z.string().nullish(),
});
export type InvalidStore = z.output<typeof invalidStore>;

const answer = members({
  // What the numbers mean is not published.
  ImportStatus: z.int().nullish(),
  JobStatus: z.int().nullish(),
  InvalidKeystores: z.array(invalidStore).nullish(),
  /** As the reference page and 10.1 spell it. */
  InvaildKeyStores: z.array(invalidStore).nullish(),
  Thumbprint: z.string().nullish(),
});

export interface ImportResult {
  readonly importStatus: number | undefined;
  readonly jobStatus: number | undefined;
  readonly invalidStores: readonly InvalidStore[];
}

/**
 * POST /Certificates/Import. A certificate that is there already is updated. The answer has neither the certificate's id nor
 * those of jobs.
 */
export async function importCertificate(
  client: CommandClient,
  request: ImportRequest,
  signal: AbortSignal,
): Promise<ImportResult> {
  const doing = "import a certificate";
  const secrets = request.Password === undefined ? [] : [request.Password];
  const { body } = await client.call(
    { method: "POST", path: "/Certificates/Import", body: request, doing, rights: [rights.import], secrets },
    signal,
  );
  const { ImportStatus, JobStatus, InvalidKeystores, InvaildKeyStores } = read(answer, body, doing);
  return {
    importStatus: ImportStatus ?? undefined,
    jobStatus: JobStatus ?? undefined,
    invalidStores: InvalidKeystores ?? InvaildKeyStores ?? [],
  };
}
