import { describe, expect, it } from "vitest";
import { featuresOf } from "./version.ts";
import { Query } from "./http/query.ts";
import { type Listing, pageOf } from "./query/page.ts";
import { parseQuery } from "./query/parse.ts";

const fields = ["Name", "Count", "Seen", "Owner"];
const row = { Name: "Web One", Count: 3, Seen: new Date("2026-11-22T03:00:00Z"), Owner: null };

describe("a query", () => {
  it.each([
    'Name -eq "web one"',
    'name -EQ "Web One" AND Count -gt 2',
    "Count -lt 3 OR Count -ge 3 AND Count -le 3",
    '(Count -eq 9 OR Count -eq 3) and Name -startswith "web"',
    'Name -contains "b o" AND Name -endswith "one" AND Name -notcontains "two"',
    'Count -ne 4 AND Name -ne "two"',
    'Seen -gt "2026-11-21T00:00:00Z" AND Seen -lt "2026-11-23"',
    "Owner -eq NULL",
    "Owner -null AND Name -notnull",
    "",
  ])("is met by the row: %s", (text) => {
    expect(parseQuery(text, fields)(row)).toBe(true);
  });

  it.each([
    'Name -eq "Web"',
    "Count -gt 3",
    'Count -eq 9 AND Name -eq "Web One" AND Count -eq 3',
    'Name -contains "two"',
    "Owner -ne NULL",
    'Owner -eq "Web"',
    'Owner -eq "NULL"',
  ])("is not met by the row: %s", (text) => {
    expect(parseQuery(text, fields)(row)).toBe(false);
  });

  it.each([
    'Foo -eq "a"',
    'Name = "a"',
    "Name -eq",
    'Name -eq "a',
    'Name+-eq+"a"',
    '(Name -eq "a"',
    'Name -eq "a" Count -eq 3',
  ])("is refused: %s", (text) => {
    expect(() => parseQuery(text, fields)).toThrow("The query string is invalid");
  });
});

describe("a page", () => {
  const listing: Listing<number> = {
    prefix: "pq",
    fields: ["Number"],
    sortedBy: "Number",
    row: (Number) => ({ Number }),
  };
  const numbers = Array.from({ length: 60 }, (_, at) => at + 1).toReversed();
  const page = (search: string): number[] => pageOf(numbers, listing, new Query(search.slice(1)), featuresOf("25.1"));

  it("has 50 rows unless told otherwise", () => {
    expect(page("")).toHaveLength(50);
    expect(page("?PageReturned=2")).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    expect(page("?PageReturned=3")).toEqual([]);
  });

  it("sorts up for 0, and down for 1", () => {
    expect(page("?SortField=number&SortAscending=0&ReturnLimit=2")).toEqual([1, 2]);
    expect(page("?sortfield=Number&sortascending=1&returnlimit=2")).toEqual([60, 59]);
  });

  it("understands spaces as %20, and a plus as a plus", () => {
    expect(page("?QueryString=Number%20-gt%2058")).toEqual([59, 60]);
    expect(() => page("?QueryString=Number+-gt+58")).toThrow("The query string is invalid");
  });

  it.each(["?PageReturned=0", "?ReturnLimit=-1", "?ReturnLimit=many"])("refuses %s", (search) => {
    expect(() => page(search)).toThrow("must be a positive number");
  });
});
