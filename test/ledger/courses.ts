import { type At, Killed, type World } from "./lives.ts";

/** Calls `what` at the k-th action of a life. */
export function at(point: number, what: () => void | Promise<unknown>): At {
  return async (_, index) => {
    if (index === point) await what();
  };
}

export function killedAt(point: number): At {
  return at(point, () => {
    throw new Killed("kill -9");
  });
}

/** A life that may be killed; another process takes over after a second. */
export async function live(world: World, how?: At): Promise<Date | undefined> {
  try {
    return await world.live(how);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return new Date(world.now + 1_000);
  }
}

/** Lives one after the other, each when the one before has asked for it, until nothing is left to be done, or all is in doubt. */
export async function settle(world: World, ...lives: At[]): Promise<void> {
  for (let life = 0; life < 40; life += 1) {
    const until = await live(world, lives[life]);
    if (lives.length <= life && (until === undefined || world.record?.reason === "InDoubt")) return;
    world.now = Math.max(world.now, until?.getTime() ?? world.now);
  }
  throw new Error(`nothing is settled after 40 lives: ${JSON.stringify(world.record)}`);
}
