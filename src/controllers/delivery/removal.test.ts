import { expect, it } from "vitest";
import type { PreviousPlace } from "../../crds/index.ts";
import type { Store } from "../../stores/contract.ts";
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

it("the removals of a store that does not answer hold up no other store's, and come one after the other", async () => {
  const hangs = Promise.withResolvers<void>();
  const asked: string[] = [];
  const told: string[] = [];
  const store = (name: string): Store => ({
    provider: "kubernetes",
    timeoutMs: 60_000,
    check: () => Promise.resolve({}),
    place: () => expect.unreachable(),
    remove: async (key) => {
      asked.push(`${name}/${key}`);
      if (name === "slow") await hangs.promise;
      return {};
    },
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
  const entries = [entry("slow", "a"), entry("slow", "b"), entry("quick", "c"), entry("quick", "d")];
  const removing = { abandoned: false, awaited: () => false, again: () => {} };
  const round = removePlaces(context, subject, entries, removing, new AbortController().signal);
  await expect.poll(() => told).toEqual(["Removed from quick/c.", "Removed from quick/d."]);
  expect(asked).not.toContain("slow/b");
  hangs.resolve();
  expect((await round).done).toEqual(entries);
  expect(told).toHaveLength(4);
});
