import type { CommandVersion } from "./version.ts";

/** Values of a query by their names. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a list is asked for. */
export interface ListQuery {
  /** In Command's query language; see `equals`. */
  readonly QueryString?: string;
  readonly SortField?: string;
  /** 0 is ascending, 1 is descending. */
  readonly SortAscending?: 0 | 1;
  readonly ReturnLimit?: number;
  /** From 1. */
  readonly PageReturned?: number;
  readonly IncludeRevoked?: boolean;
  readonly IncludeExpired?: boolean;
}

/** What 10.x wants before the names of a list's parameters. */
export type Prefix = "pq" | "certificateStoreQuery" | "query";

/** The parameters of a list, under the names that the version has for them: later ones still take those of 10.x. */
export function listQuery(query: ListQuery, prefix: Prefix, version: CommandVersion): Query {
  if (version.since(11)) return { ...query };
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      `${prefix}.${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

/** A condition of the query language. A quotation mark cannot be written in it. */
export function equals(field: string, value: string): string {
  return `${field} -eq "${value.replaceAll('"', "")}"`;
}

/** With its `?`, or empty. Spaces are `%20`: Command takes `+` for a plus. */
export function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
