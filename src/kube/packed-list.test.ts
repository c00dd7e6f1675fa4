import { expect, it } from "vitest";
import { PackedList } from "./packed-list.ts";

it("gives its objects in their order, each time anew", () => {
  const list = new PackedList([{ name: "a", labels: { app: "é" } }, { name: "b" }]);
  expect([...list]).toEqual([{ name: "a", labels: { app: "é" } }, { name: "b" }]);
  expect([...list]).toHaveLength(2);
});

it("holds none of the objects that it was given", () => {
  const given = { name: "a" };
  const list = new PackedList([given]);
  given.name = "changed";
  expect([...list]).toEqual([{ name: "a" }]);
});
