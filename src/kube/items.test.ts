import { array, assert, dictionary, jsonValue, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { ItemSplitter } from "./items.ts";

/** The items and the frame of a text that comes in chunks of so many bytes. */
function split(text: string, ...sizes: number[]): { items: unknown[]; frame: unknown } {
  const splitter = new ItemSplitter();
  const items: string[] = [];
  let rest = Buffer.from(text);
  for (const size of sizes) {
    items.push(...splitter.push(rest.subarray(0, size)));
    rest = rest.subarray(size);
  }
  items.push(...splitter.push(rest));
  return { items: items.map((item): unknown => JSON.parse(item)), frame: JSON.parse(splitter.frame) };
}

describe("the items of a list", () => {
  it("are what stands in its items, and the frame is the rest", () => {
    expect(split('{"kind":"List","items":[{"a":[1,{}]} , {"b":"]}"}],"metadata":{"items":[{}]}}')).toEqual({
      items: [{ a: [1, {}] }, { b: "]}" }],
      frame: { kind: "List", items: [0, 0], metadata: { items: [{}] } },
    });
  });

  it("are given as soon as they have come", () => {
    const splitter = new ItemSplitter();
    expect(splitter.push(Buffer.from('{"items":[{"a":1},{"b"'))).toEqual(['{"a":1}']);
    expect(splitter.push(Buffer.from(":2}"))).toEqual(['{"b":2}']);
    expect(splitter.push(Buffer.from("]}"))).toEqual([]);
  });

  it("are not those of another list, whatever it is called", () => {
    const text = String.raw`{"other":[{}],"a\"items":[{}],"items":[{"c":1}]}`;
    expect(split(text)).toEqual({ items: [{ c: 1 }], frame: { other: [{}], 'a"items': [{}], items: [0] } });
  });

  it("leave what is no object in the frame", () => {
    expect(split('{"items":[1,{},"{}",[2],null]}')).toEqual({
      items: [{}, [2]],
      frame: { items: [1, 0, "{}", 0, null] },
    });
  });

  it("are the same whatever they hold and wherever the chunks end", () => {
    const anything = jsonValue({ maxDepth: 3 });
    const object = dictionary(string({ unit: "grapheme" }), anything);
    assert(
      property(object, array(object), array(nat(20)), (metadata, items, sizes) => {
        const text = JSON.stringify({ metadata, items });
        // -0 is 0 in JSON.
        const whole = JSON.parse(text) as { metadata: unknown; items: unknown[] };
        const frame = { metadata: whole.metadata, items: items.map(() => 0) };
        expect(split(text, ...sizes)).toEqual({ items: whole.items, frame });
      }),
    );
  });
});
