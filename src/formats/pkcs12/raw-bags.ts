import { Reader } from "../asn1/reader.ts";
import { context, SEQUENCE } from "../asn1/tags.ts";
import { sequence } from "../asn1/writer.ts";
import type { Budget } from "../limits.ts";
import { type Bag, type Found, readBags } from "./bags.ts";
import * as oids from "./oids.ts";

/** A SafeBag in its own bytes; `bag` is missing where it holds nothing of use. */
export interface RawBag {
  readonly raw: Buffer;
  readonly bag?: Bag | undefined;
}

/** SafeContents taken apart, those inside others too. Throws `FormatError` `Malformed` or `LimitExceeded`. */
export function rawBags(contents: Buffer, budget: Budget): RawBag[] {
  const what = "the content of the PKCS#12 keystore";
  const outer = Reader.of(contents, { what, ber: true, depth: budget.limits.depth });
  const bags = split(outer.sequence(), budget);
  outer.finish();
  return bags;
}

function split(contents: Reader, budget: Budget): RawBag[] {
  const bags: RawBag[] = [];
  while (!contents.done) {
    const element = contents.element(SEQUENCE);
    const fields = contents.inside(element);
    if (fields.oid() === oids.safeContentsBag) bags.push(...split(fields.into(context(0)).sequence(), budget));
    else bags.push(rawBag(Buffer.from(contents.rawOf(element)), budget));
  }
  return bags;
}

function rawBag(raw: Buffer, budget: Budget): RawBag {
  const found: Found = { bags: [], warnings: new Set() };
  readBags(sequence(raw), found, budget);
  const [bag] = found.bags;
  if (bag?.kind === "key") bag.pkcs8.fill(0);
  return { raw, bag };
}
