import { expect, it } from "vitest";
import type { PreviousPlace } from "../../crds/index.ts";
import type { Store } from "../../stores/contract.ts";
import { BlockedError } from "../../stores/errors.ts";
import { type Removers, removePlaces } from "./removal.ts";
import type { Subject } from "./subject.ts";

const subject: Subject = {
  kind: "StoreDeployment",
  namespace: "shop",
  name: "web",
  uid: "u",
  generation: 1,
  created: "2026-01-01T00:00:00Z",
  deleting: true,
  requested: undefined,
  deliverNow: undefined,
  suspended: false,
  refreshMs: 0,
  schedule: undefined,
  rollout: undefined,
  source: { importName: "web" },
  targets: [],
  records: new Map(),
};

function entry(store: string, key: string): PreviousPlace {
  return {
    target: key,
    place: { storeRef: { name: store }, address: `${store}/${key}`, key, deletionPolicy: "Delete" },
  };
}

/** What removals need of the world, with stores that remove by `remove`; `told` holds the events. */
function world(remove: (place: string) => Promise<{ left?: string }>): { context: Removers; told: string[] } {
  const told: string[] = [];
  const store = (name: string): Store => ({
    provider: "kubernetes",
    timeoutMs: 60_000,
    check: () => Promise.resolve({}),
    place: () => expect.unreachable(),
    remove: (key) => remove(`${name}/${key}`),
    close: () => Promise.resolve(),
  });
  const context: Removers = {
    fence: () => {},
    lookAgainMs: 1,
    namespaceGoing: () => Promise.resolve(undefined),
    now: () => new Date("2026-06-01T00:00:00Z"),
    ownerId: "me",
    random: () => 0,
    tell: (_, { message }) => void told.push(message),
    writesSuspended: false,
    stores: {
      enter: () => ({ state: "Entered", leave: () => {} }),
      version: () => "1",
      use: (_namespace, { name }, _use, _signal, work) =>
        work({
          store: store(name),
          provider: expect.anything(),
          suspended: false,
          removal: { readSecret: () => Promise.resolve(new Map()) },
        }),
    },
    succession: { pending: () => false },
  };
  return { context, told };
}

const removing = { abandoned: false, awaited: () => false, again: () => {} };

it("the removals of a store that does not answer hold up no other store's, and come one after the other", async () => {
  const hangs = Promise.withResolvers<void>();
  const asked: string[] = [];
  const { context, told } = world(async (place) => {
    asked.push(place);
    if (place.startsWith("slow/")) await hangs.promise;
    return {};
  });
  const entries = [entry("slow", "a"), entry("slow", "b"), entry("quick", "c"), entry("quick", "d")];
  const round = removePlaces(context, subject, entries, removing, new AbortController().signal);
  await expect.poll(() => told).toEqual(["Removed from quick/c.", "Removed from quick/d."]);
  expect(asked).not.toContain("slow/b");
  hangs.resolve();
  expect((await round).done).toEqual(entries);
  expect(told).toHaveLength(4);
});

it("a removal that fails tells the ways out whole, and shows where its reason was cut", async () => {
  const { context } = world(() => Promise.reject(new BlockedError("AccessDenied", "Grant it. ".repeat(40))));
  const round = await removePlaces(context, subject, [entry("apps", "a")], removing, new AbortController().signal);
  const message = round.waiting[0]?.message ?? "";
  expect(message).toHaveLength(256);
  expect(message).toMatch(
    /^Removal: Grant it\. .*… To let it go as it is, annotate it with certferry\.io\/abandon=true\.$/,
  );
});
