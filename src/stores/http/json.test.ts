import { expect, it } from "vitest";
import { fieldsOf, jsonOf } from "./json.ts";

it("tells nothing of what is no JSON, where the parser would quote it", () => {
  expect(jsonOf(Buffer.from('{"a":[1]}'))).toEqual({ a: [1] });
  expect(jsonOf('{"access_token":"eyJ0 ...')).toBeUndefined();
  expect(jsonOf("")).toBeUndefined();
});

it.each([
  ['{"error":"x"}', { error: "x" }],
  ["[1]", { 0: 1 }],
  ["null", {}],
  ['"text"', {}],
  ["<html>", {}],
])("the members of %s are %j", (body, members) => {
  expect(fieldsOf(Buffer.from(body))).toEqual(members);
});
