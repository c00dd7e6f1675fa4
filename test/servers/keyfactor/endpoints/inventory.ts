import type { X509Certificate } from "node:crypto";
import type { Command } from "../command.ts";
import type { Endpoint } from "../endpoint.ts";
import { factsOf } from "../files/facts.ts";
import { ok } from "../../http/answer.ts";
import type { Entry } from "../model/store.ts";
import type { Listing } from "../query/page.ts";
import { storeIn } from "./stores.ts";

const listing: Listing<Entry> = {
  prefix: "query",
  fields: ["Name"],
  sortedBy: "Name",
  row: ({ alias }) => ({ Name: alias }),
};

/** What the last inventory job found, by pages; the first certificate of an entry is the leaf (A.10 [O][K]). */
export const storeInventory: Endpoint = {
  method: "GET",
  path: "/CertificateStores/{id}/Inventory",
  handle: (call) => {
    const { inventory } = storeIn(call);
    return ok(call.page(inventory, listing).map((entry) => entryAnswer(call.command, entry)));
  },
};

function entryAnswer(command: Command, { alias, certificates, itemId }: Entry): object {
  return {
    Name: alias,
    Certificates: certificates.map((x509) => certificateAnswer(command, x509, itemId)),
    Parameters: {},
    // 11+ (A.10 [O]).
    ...(command.features.plainQueryNames ? { CertStoreInventoryItemId: itemId } : {}),
  };
}

function certificateAnswer({ certificates }: Command, x509: X509Certificate, itemId: number): object {
  const { IssuedDN, SerialNumber, NotBefore, NotAfter, SigningAlgorithm, IssuerDN, Thumbprint } = factsOf(x509);
  const record = certificates.byThumbprint(Thumbprint);
  return {
    Id: record?.id ?? 0,
    IssuedDN,
    SerialNumber,
    NotBefore,
    NotAfter,
    SigningAlgorithm,
    IssuerDN,
    Thumbprint,
    CertStoreInventoryItemId: itemId,
    Metadata: Object.fromEntries(record?.metadata ?? []),
  };
}
