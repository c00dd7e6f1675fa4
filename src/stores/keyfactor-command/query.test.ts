import { expect, it } from "vitest";
import { equals, listQuery, queryText } from "./query.ts";
import { CommandVersion } from "./version.ts";

const query = { QueryString: equals("Thumbprint", "32ED"), SortAscending: 1, PageReturned: 2 } as const;

it("names the parameters of a list as the version has them", () => {
  expect(listQuery(query, "pq", new CommandVersion("25.1.1.0"))).toEqual({
    QueryString: 'Thumbprint -eq "32ED"',
    SortAscending: 1,
    PageReturned: 2,
  });
  const prefixed = {
    "certificateStoreQuery.queryString": 'Thumbprint -eq "32ED"',
    "certificateStoreQuery.sortAscending": 1,
    "certificateStoreQuery.pageReturned": 2,
  };
  expect(listQuery(query, "certificateStoreQuery", new CommandVersion("10.5.0.0"))).toEqual(prefixed);
  // Later versions take these names, too.
  expect(listQuery(query, "certificateStoreQuery", new CommandVersion(undefined))).toEqual(prefixed);
});

it("writes spaces as %20, and leaves out what is not set", () => {
  expect(queryText({ QueryString: 'A -eq "b"', collectionId: undefined, flag: true })).toBe(
    "?QueryString=A%20-eq%20%22b%22&flag=true",
  );
  expect(queryText({ collectionId: undefined })).toBe("");
});

it("lets no value out of its quotation marks", () => {
  expect(equals("Name", 'a" OR Id -gt 0 OR Name -eq "')).toBe('Name -eq "a OR Id -gt 0 OR Name -eq "');
});
