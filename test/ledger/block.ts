import * as z from "zod";
import { importRef } from "../../src/crds/blocks/import-ref.ts";
import type { ProviderBlocks } from "../../src/crds/index.ts";
import { exactlyOne, rules } from "../../src/crds/rules.ts";

const store = z
  .object({ url: z.string().min(1).max(256).describe("Where the ledger is.") })
  .describe("A ledger, for tests.");

const target = z
  .object({
    title: z.string().min(1).max(253).describe("Title of the entries."),
    note: z.string().max(253).optional().describe("What they say beside the certificate."),
    byOrder: z.boolean().optional().describe("Whether entries are ordered, and written by an agent later."),
  })
  .describe("One title of a ledger.");

const download = z
  .object({
    certificate: z
      .object({
        title: z.string().min(1).max(253).optional().describe("Title of the entry."),
        importRef: importRef.optional(),
      })
      .meta(rules(exactlyOne("title", "importRef")))
      .describe("Which certificate."),
  })
  .describe("The last entry of a title.");

export type LedgerDownload = z.infer<typeof download>;
export type LedgerStoreBlock = z.infer<typeof store>;
export type LedgerTarget = z.infer<typeof target>;

/** The blocks of the provider that exists in tests only. */
export const ledgerBlocks: ProviderBlocks = {
  provider: "ledger",
  store: () => store,
  import: { block: target, rules: [] },
  target: { block: target, rules: [] },
  download: { block: download, rules: [] },
};
