import { describe, expect, it } from "vitest";
import type { CacheEvent } from "./cache.ts";
import { Store } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface Thing extends KubeObject {
  colour?: string;
}

function thing(name: string, resourceVersion: string, more: { colour?: string; namespace?: string } = {}): Thing {
  const { colour, namespace = "web" } = more;
  const metadata = { name, namespace, resourceVersion, uid: `uid-${name}` };
  return { apiVersion: "v1", kind: "Thing", metadata, ...(colour === undefined ? {} : { colour }) };
}

function storeOf(...items: Thing[]): Store<Thing> {
  const byColour = (object: Thing): string[] => (object.colour === undefined ? [] : [object.colour]);
  const store = new Store<Thing>({ byColour });
  store.replace(undefined, items, "100");
  return store;
}

function versions(store: Store<Thing>): Record<string, string | undefined> {
  return Object.fromEntries([...store.entries()].map(([key, { metadata }]) => [key, metadata.resourceVersion]));
}

/** `+ web/a`, `~ web/a`, `- web/a` */
function told(events: readonly (CacheEvent<Thing> | undefined)[]): string[] {
  return events.flatMap((event) => {
    if (event === undefined) return [];
    const sign = event.old === undefined ? "+" : event.new === undefined ? "-" : "~";
    return [`${sign} ${event.key}${event.initial ? " initial" : ""}`];
  });
}

describe("a list", () => {
  it("at first tells what is", () => {
    const store = new Store<Thing>({});
    expect(told(store.replace(undefined, [thing("a", "1")], "100"))).toEqual(["+ web/a initial"]);
  });

  it("later tells what was added, changed and deleted, and nothing of what is the same", () => {
    const store = storeOf(thing("same", "1"), thing("changed", "2"), thing("deleted", "3"));
    const items = [thing("same", "1"), thing("changed", "105"), thing("added", "106")];
    expect(told(store.replace(undefined, items, "110"))).toEqual(["~ web/changed", "+ web/added", "- web/deleted"]);
    expect(versions(store)).toEqual({ "web/same": "1", "web/changed": "105", "web/added": "106" });
  });

  it("is complete before any of it is told", () => {
    const store = storeOf(thing("a", "1", { colour: "red" }));
    const events = store.replace(undefined, [thing("b", "105", { colour: "red" })], "110");
    expect(events).toHaveLength(2);
    expect(store.byIndex("byColour", "red").map(({ metadata }) => metadata.name)).toEqual(["b"]);
  });

  it("does not undo the newer answer of a write", () => {
    const store = storeOf(thing("a", "1"));
    store.applyAnswer(undefined, thing("a", "111"), true);
    store.applyAnswer(undefined, thing("new", "112"), true);
    expect(told(store.replace(undefined, [thing("a", "1")], "110"))).toEqual([]);
    expect(versions(store)).toEqual({ "web/a": "111", "web/new": "112" });
  });

  it("replaces everything when history went back, as after a restore of etcd", () => {
    const store = storeOf(thing("a", "90"), thing("b", "95"));
    expect(told(store.replace(undefined, [thing("a", "40")], "50", true))).toEqual(["~ web/a", "- web/b"]);
    expect(versions(store)).toEqual({ "web/a": "40" });
  });

  it("replaces what it knows better up to its own version: else that was of a history that is undone", () => {
    const store = storeOf(thing("a", "90"));
    expect(told(store.replace(undefined, [thing("a", "40")], "110"))).toEqual(["~ web/a"]);
    expect(versions(store)).toEqual({ "web/a": "40" });
  });

  it("tells an object that was created anew under the same name as changed", () => {
    const store = storeOf(thing("a", "1"));
    const anew = thing("a", "105");
    anew.metadata.uid = "other";
    expect(told(store.replace(undefined, [anew], "110"))).toEqual(["~ web/a"]);
  });

  it("of one namespace leaves the others alone", () => {
    const store = new Store<Thing>({});
    store.replace("web", [thing("a", "1")], "100");
    store.replace("app", [thing("b", "2", { namespace: "app" })], "100");
    expect(told(store.replace("web", [], "110"))).toEqual(["- web/a"]);
    expect(versions(store)).toEqual({ "app/b": "2" });
  });
});

describe("a watch event", () => {
  it("puts and removes", () => {
    const store = storeOf(thing("a", "1"));
    expect(told([store.put(undefined, thing("a", "101"))])).toEqual(["~ web/a"]);
    expect(told([store.remove(undefined, thing("a", "102"))])).toEqual(["- web/a"]);
    expect(store.size).toBe(0);
  });

  it("that comes twice is told once", () => {
    const store = storeOf();
    expect(told([store.put(undefined, thing("a", "101")), store.put(undefined, thing("a", "101"))])).toEqual([
      "+ web/a",
    ]);
  });

  it("older than the answer of a write changes nothing", () => {
    const store = storeOf(thing("a", "1"));
    store.applyAnswer(undefined, thing("a", "105"), true);
    expect(store.put(undefined, thing("a", "103"))).toBeUndefined();
    expect(versions(store)).toEqual({ "web/a": "105" });
  });

  it("of a deletion does not remove what was created anew since", () => {
    const store = storeOf(thing("a", "1"));
    store.applyAnswer(undefined, thing("a", "105"), true);
    expect(store.remove(undefined, thing("a", "104"))).toBeUndefined();
    expect(versions(store)).toEqual({ "web/a": "105" });
  });

  it("of the deletion of something unknown is not told", () => {
    expect(storeOf().remove(undefined, thing("a", "101"))).toBeUndefined();
  });
});

describe("the answer of a write", () => {
  it("is there at once, and the watch's news of it tells nobody again", () => {
    const store = storeOf(thing("a", "1"));
    expect(told([store.applyAnswer(undefined, thing("a", "105"), true)])).toEqual(["~ web/a"]);
    expect(store.put(undefined, thing("a", "105"))).toBeUndefined();
  });

  it("is ignored when the watch has told something newer", () => {
    const store = storeOf(thing("a", "107"));
    expect(store.applyAnswer(undefined, thing("a", "105"), true)).toBeUndefined();
  });

  it("does not bring back what the watch has told to be deleted", () => {
    const store = storeOf(thing("a", "1"));
    store.remove(undefined, thing("a", "106"));
    expect(store.applyAnswer(undefined, thing("a", "105"), true)).toBeUndefined();
    expect(store.size).toBe(0);
  });

  it("adds nothing where a selector may leave it out", () => {
    expect(storeOf().applyAnswer(undefined, thing("a", "105"), false)).toBeUndefined();
  });

  it("is ignored before the first list", () => {
    const store = new Store<Thing>({});
    expect(store.applyAnswer(undefined, thing("a", "105"), true)).toBeUndefined();
  });

  it("counts when versions are no numbers and differ", () => {
    const store = storeOf(thing("a", "x1"));
    expect(told([store.applyAnswer(undefined, thing("a", "x2"), true)])).toEqual(["~ web/a"]);
    expect(store.applyAnswer(undefined, thing("a", "x2"), true)).toBeUndefined();
  });
});

describe("an index", () => {
  it("follows the objects", () => {
    const store = storeOf(thing("a", "1", { colour: "red" }), thing("b", "2", { colour: "red" }));
    store.put(undefined, thing("a", "101", { colour: "blue" }));
    expect(store.byIndex("byColour", "red").map(({ metadata }) => metadata.name)).toEqual(["b"]);
    expect(store.byIndex("byColour", "blue").map(({ metadata }) => metadata.name)).toEqual(["a"]);
    store.remove(undefined, thing("a", "102"));
    expect(store.byIndex("byColour", "blue")).toEqual([]);
  });

  it("that does not exist is a bug, and said so", () => {
    expect(() => storeOf().byIndex("bySize", "1")).toThrow('the cache has no index "bySize"');
  });
});
