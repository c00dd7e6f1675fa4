import { Reader } from "../asn1/reader.ts";
import type { Contents } from "../types.ts";
import type { BagAttributes } from "./attributes.ts";
import type { Bag } from "./bags.ts";

/**
 * The alias of each bag. What has no friendly name takes that of its partner, which its localKeyID names: some writers name
 * only the key, others only the certificate.
 */
export function aliasesOf(bags: readonly BagAttributes[]): (bag: BagAttributes) => string | undefined {
  const names = new Map<string, string>();
  for (const { localKeyId, friendlyName } of bags) {
    if (localKeyId !== undefined && friendlyName !== undefined && !names.has(localKeyId))
      names.set(localKeyId, friendlyName);
  }
  return ({ friendlyName, localKeyId }) => friendlyName ?? names.get(localKeyId ?? "");
}

/** Certificates and keys under their aliases. */
export function entriesOf(bags: readonly Bag[]): Pick<Contents, "certificates" | "keys"> {
  const aliasOf = aliasesOf(bags);
  return {
    certificates: bags.flatMap((bag) =>
      bag.kind === "certificate" ? [{ der: bag.der, alias: aliasOf(bag), trusted: bag.trusted }] : [],
    ),
    keys: bags.flatMap((bag) => (bag.kind === "key" ? [{ pkcs8: checked(bag.pkcs8), alias: aliasOf(bag) }] : [])),
  };
}

/** PrivateKeyInfo by its outer shape (RFC 5958): the algorithm may be one that nothing here knows. */
function checked(pkcs8: Buffer): Buffer {
  const reader = Reader.of(pkcs8, { what: "the private key in the PKCS#12 keystore", ber: true }).sequence();
  reader.small("the version");
  reader.sequence().oid();
  reader.octets();
  return pkcs8;
}
