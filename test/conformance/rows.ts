import { expect } from "vitest";
import { desiredOf } from "../fixtures/place.ts";
import type { Fault } from "./fixture.ts";
import { holds, ours, type Scene, theirs } from "./scene.ts";

/** One line of what every store must do. */
export interface Row {
  readonly name: string;
  /** It applies only where this can happen. */
  readonly fault?: Fault;
  readonly check: (scene: Scene) => Promise<void>;
}

/** Rows about what lies in the place. */
const states: readonly Row[] = [
  {
    name: "absent: nothing lies there, and it is written and read back",
    check: async (scene) => {
      expect((await scene.look(scene.first)).state).toBe("Absent");
      expect(await scene.fixture.read(scene.spot)).toBeUndefined();
      expect(await scene.write(scene.first)).toMatchObject({ state: "Present", differs: [], holders: { ours: true } });
      await holds(scene, scene.first);
    },
  },
  {
    name: "same: a new process finds what was written, at the same address, and nothing to do",
    check: async (scene) => {
      await scene.write(scene.first);
      const [one, two] = [await scene.place(), await scene.place()];
      expect([one.address, one.spots, one.key]).toEqual([two.address, two.spots, two.key]);
      expect(await scene.look(scene.first)).toMatchObject({
        differs: [],
        holders: { ours: true, others: [], foreign: false },
        leaf: { subject: scene.first.certificate.subject },
      });
    },
  },
  {
    name: "other: an older certificate of ours differs, by name and not by value, and is replaced",
    check: async (scene) => {
      await scene.write(scene.first);
      const seen = await scene.look(scene.second);
      expect(seen).toMatchObject({ state: "Present", leaf: { subject: scene.first.certificate.subject } });
      const { differs } = seen.state === "Present" ? seen : { differs: [] };
      expect(differs.length).toBeGreaterThan(0);
      for (const leaf of [scene.first, scene.second]) {
        expect(JSON.stringify(differs)).not.toContain(leaf.pem.split("\n")[1]);
      }
      await scene.write(scene.second);
      await holds(scene, scene.second);
    },
  },
  {
    name: "foreign: what nobody has marked is told as such, with its certificate",
    check: async (scene) => {
      await scene.fixture.plant(scene.spot, scene.second.pem);
      expect(await scene.look(scene.first)).toMatchObject({
        state: "Present",
        holders: { ours: false, others: [], foreign: true },
        leaf: { subject: scene.second.certificate.subject },
      });
    },
  },
  {
    name: "foreign: what is no certificate has no leaf",
    check: async (scene) => {
      await scene.fixture.plant(scene.spot, "no certificate");
      const seen = await scene.look(scene.first);
      expect(seen).toMatchObject({ holders: { ours: false, foreign: true } });
      expect(seen).not.toHaveProperty("leaf");
    },
  },
  {
    name: "held: another resource's mark is named, and its place can be taken over",
    check: async (scene) => {
      await scene.write(scene.first, theirs);
      expect(await scene.look(scene.second)).toMatchObject({ holders: { ours: false, others: [theirs] } });
      await scene.write(scene.second);
      await holds(scene, scene.second);
      expect(await scene.look(scene.first, theirs)).toMatchObject({ holders: { others: [ours] } });
    },
  },
  {
    name: "shared address: the same spot collides with itself, and no other does",
    check: async (scene) => {
      const place = await scene.place();
      expect(place.spots.length).toBeGreaterThan(0);
      const store = await scene.store();
      const context = { namespace: "shop", name: "web", secret: () => Buffer.alloc(0) };
      const other = store.place(scene.fixture.block(`${scene.spot}-2`), context);
      const collides = other.address === place.address && other.spots.some((spot) => place.spots.includes(spot));
      expect(collides).toBe(false);
    },
  },
  {
    name: "no secrets: address, key and looks hold nothing of the private key",
    check: async (scene) => {
      await scene.write(scene.first);
      const { address, key, spots } = await scene.place();
      const told = JSON.stringify([address, key, spots, await scene.look(scene.second)]);
      for (const line of scene.first.keyPem.split("\n").slice(1, -2)) expect(told).not.toContain(line);
    },
  },
];

/** Rows about what happens between look and write. */
const between: readonly Row[] = [
  {
    name: "gone in between: nothing is written",
    check: async (scene) => {
      await scene.write(scene.first);
      await meanwhile(scene, () => scene.fixture.clear(scene.spot));
      expect(await scene.fixture.read(scene.spot)).toBeUndefined();
    },
  },
  {
    name: "changed in between: what somebody else wrote stays",
    check: async (scene) => {
      await scene.write(scene.first);
      await meanwhile(scene, () => scene.fixture.plant(scene.spot, "somebody's"));
      expect(await scene.fixture.read(scene.spot)).toBe("somebody's");
    },
  },
  {
    name: "come in between: what lies now where nothing lay stays",
    check: async (scene) => {
      await meanwhile(scene, () => scene.fixture.plant(scene.spot, "somebody's"));
      expect(await scene.fixture.read(scene.spot)).toBe("somebody's");
    },
  },
  {
    name: "cancelled before it began: nothing is written, and the store can be used on",
    check: async (scene) => {
      await scene.write(scene.first);
      await expect(scene.write(scene.second, ours, AbortSignal.abort())).rejects.toBeInstanceOf(Error);
      await holds(scene, scene.first);
      await scene.write(scene.second);
      await holds(scene, scene.second);
    },
  },
];

/** Rows about removal. */
const removal: readonly Row[] = [
  {
    name: "removed: what we wrote goes, and a second removal ends well",
    check: async (scene) => {
      await scene.write(scene.first);
      expect(await scene.remove()).toEqual({});
      expect(await scene.fixture.read(scene.spot)).toBeUndefined();
      expect(await scene.remove()).toEqual({});
    },
  },
  {
    name: "not removed: what was never ours",
    check: async (scene) => {
      await scene.fixture.plant(scene.spot, "somebody's");
      expect(await scene.remove()).toEqual({});
      expect(await scene.fixture.read(scene.spot)).toBe("somebody's");
    },
  },
  {
    name: "not removed: what another resource has taken over",
    check: async (scene) => {
      await scene.write(scene.first, theirs);
      await scene.write(scene.second);
      expect(await scene.remove(theirs)).toEqual({});
      await holds(scene, scene.second);
    },
  },
];

/** Rows about a back end that fails. After each the next write goes well. */
const faults: readonly Row[] = [
  {
    name: "wrong credentials: refused as such, nothing is written",
    fault: "CredentialsRefused",
    check: async (scene) => {
      expect(await scene.failure("CredentialsRefused")).toMatchObject({ reason: "CredentialsRefused" });
      await recovers(scene);
    },
  },
  {
    name: "missing right: blocked until somebody grants it, nothing is written",
    fault: "RightMissing",
    check: async (scene) => {
      expect(await scene.failure("RightMissing")).toMatchObject({ name: "BlockedError" });
      await recovers(scene);
    },
  },
  {
    name: "429 with Retry-After: transient, not before that time, and surely not written",
    fault: "Throttled",
    check: async (scene) => {
      const soonest = Date.now() + 60_000;
      const error = await scene.failure("Throttled");
      expect(error).toMatchObject({ name: "TransientError", happened: "no", retryAfter: expect.any(Date) });
      const { retryAfter } = error as { retryAfter: Date };
      expect(retryAfter.getTime()).toBeGreaterThanOrEqual(soonest);
      await recovers(scene);
    },
  },
  {
    name: "5xx: transient",
    fault: "ServerError",
    check: async (scene) => {
      expect(await scene.failure("ServerError")).toMatchObject({ name: "TransientError" });
      await recovers(scene);
    },
  },
  {
    name: "never arrived: transient, and not known to have failed",
    fault: "NeverArrived",
    check: async (scene) => {
      expect(await scene.failure("NeverArrived")).toMatchObject({ name: "TransientError", happened: "unknown" });
      await recovers(scene);
    },
  },
  {
    name: "answer lost after the write happened: the next look shows the write, whole",
    fault: "AnswerLost",
    check: async (scene) => {
      const error = await scene.failure("AnswerLost");
      if (error !== undefined) expect(error).toMatchObject({ name: "TransientError", happened: "unknown" });
      await holds(scene, scene.second);
    },
  },
  {
    name: "cancelled while no answer comes: it ends, and nothing was written",
    fault: "Silence",
    check: async (scene) => {
      const error = await scene.failure("Silence", AbortSignal.timeout(2_000));
      expect(error).toBeInstanceOf(Error);
      await recovers(scene);
    },
  },
];

export const rows: readonly Row[] = [...states, ...between, ...removal, ...faults];

/** A write whose place somebody else changes after the look. */
async function meanwhile(scene: Scene, change: () => Promise<void>): Promise<void> {
  const place = await scene.place();
  const desired = await desiredOf(scene.second, ours);
  const seen = await place.observe(desired, scene.signal);
  await place.prepare?.(scene.signal);
  await change();
  expect(await place.put(desired, seen, scene.signal)).toEqual({ outcome: "Changed" });
}

/** The first certificate is still there, and the second goes in once the fault is over. */
async function recovers(scene: Scene): Promise<void> {
  await holds(scene, scene.first);
  await scene.write(scene.second);
  await holds(scene, scene.second);
}
