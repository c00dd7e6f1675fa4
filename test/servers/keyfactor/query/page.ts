import type { Query } from "../http/query.ts";
import { badRequest, errorCodes, Refusal } from "../http/refusal.ts";
import type { Features } from "../version.ts";
import { parseQuery, type Row } from "./parse.ts";

/** A list that can be asked for: how its parameters are called, and what its rows are. */
export interface Listing<Item> {
  /** What 10.x wants before the names of its parameters: `pq`, `certificateStoreQuery`, `query` (A.5 [O]). */
  readonly prefix: string;
  readonly fields: readonly string[];
  /** The field that sorts where the client names none. */
  readonly sortedBy: string;
  readonly row: (item: Item) => Row;
}

/** The page that the query asks for; the one behind the last is empty, and nothing counts them (A.5 [K]). */
export function pageOf<Item>(items: readonly Item[], listing: Listing<Item>, query: Query, features: Features): Item[] {
  const named = parameters(query, listing.prefix, features);
  const matches = parseQuery(named("QueryString") ?? "", listing.fields);
  const sortField = fieldOf(listing, named("SortField"));
  // 0 is ascending, 1 descending (A.5 [O][D]).
  const direction = named("SortAscending") === "1" ? -1 : 1;
  const page = positive("PageReturned", named("PageReturned") ?? "1");
  // 50 unless the client says otherwise (A.5 [O]).
  const limit = positive("ReturnLimit", named("ReturnLimit") ?? "50");
  return items
    .map((item) => ({ item, row: listing.row(item) }))
    .filter(({ row }) => matches(row))
    .sort((one, other) => direction * order(one.row[sortField], other.row[sortField]))
    .slice((page - 1) * limit, page * limit)
    .map(({ item }) => item);
}

/** 10.x knows only the names with the prefix; later versions bind both (A.5 [K]). */
export function parameters(query: Query, prefix: string, features: Features): (name: string) => string | undefined {
  return (name) => query.text(`${prefix}.${name}`) ?? (features.plainQueryNames ? query.text(name) : undefined);
}

function fieldOf<Item>(listing: Listing<Item>, name: string | undefined): string {
  if (name === undefined || name === "") return listing.sortedBy;
  const field = listing.fields.find((known) => known.toLowerCase() === name.toLowerCase());
  if (field !== undefined) return field;
  // A.4 [K].
  throw new Refusal(400, `Invalid sort field: ${name}.`, { code: errorCodes.InvalidSortField });
}

/** That other values are refused is [I]. */
function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw badRequest(`${name} must be a positive number.`);
  return value;
}

function order(one: Row[string] | undefined, other: Row[string] | undefined): number {
  const [left, right] = [one ?? "", other ?? ""];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
