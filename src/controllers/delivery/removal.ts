import type { PreviousPlace } from "../../crds/index.ts";
import { storeKey } from "../../resolve/index.ts";
import { type Fate, fateOf, type Removers, type Removing } from "./fate.ts";
import type { Subject } from "./subject.ts";

/** What became of places that are to be removed. */
export interface Round {
  /** Removed, or left for good: nothing is to be done there any more. */
  readonly done: readonly PreviousPlace[];
  /** The others, with what they wait for. */
  readonly waiting: readonly PreviousPlace[];
  /** When the first of them is to be tried again; the others wait for a change. */
  readonly until: Date | undefined;
}

/**
 * Removes what a subject wrote at these places, and tells each end: one after the other in each store, so that none waits for
 * another store. Rejects only on a bug or an abort.
 */
export async function removePlaces(
  context: Removers,
  subject: Subject,
  entries: readonly PreviousPlace[],
  removing: Removing,
  signal: AbortSignal,
): Promise<Round> {
  const asked = subject.deleting && entries.length > 0;
  const going = asked ? await context.namespaceGoing(subject.namespace, signal) : undefined;
  const byStore = Map.groupBy(entries, ({ place }) => storeKey(subject.namespace, place.storeRef));
  const fates = new Map<PreviousPlace, Fate>();
  const inStore = async (some: readonly PreviousPlace[]): Promise<void> => {
    for (const entry of some) {
      const fate = await fateOf(context, subject, entry, { ...removing, going }, signal);
      fates.set(entry, fate);
      if (fate.news !== undefined) context.tell(subject, fate.news, going);
    }
  };
  await Promise.all([...byStore.values()].map(inStore));
  return roundOf(entries, fates);
}

function roundOf(entries: readonly PreviousPlace[], fates: ReadonlyMap<PreviousPlace, Fate>): Round {
  const done = entries.filter((entry) => fates.get(entry)?.ended === true);
  const open = entries.flatMap((entry) => {
    const fate = fates.get(entry);
    return fate?.ended === false ? [fate] : [];
  });
  const times = open.flatMap(({ until }) => (until === undefined ? [] : [until.getTime()]));
  const until = times.length === 0 ? undefined : new Date(Math.min(...times));
  return { done, waiting: open.map(({ entry }) => entry), until };
}
