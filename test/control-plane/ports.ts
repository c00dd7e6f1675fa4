import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range from which systems give ports to outgoing connections, so that a restart finds its port free. */
const lowest = 20_000;
const count = 12_000;
const tries = 20;

/** Loopback ports that are free now, by their names. Another process may take one before it is used: then start again. */
export async function freePorts<Name extends string>(...names: Name[]): Promise<Record<Name, number>> {
  const held = await Promise.all(names.map(() => hold()));
  await Promise.all(held.map(({ release }) => release()));
  return Object.fromEntries(names.map((name, index) => [name, held[index]?.port])) as Record<Name, number>;
}

async function hold(): Promise<{ port: number; release: () => Promise<void> }> {
  for (let left = tries; ; left -= 1) {
    const port = lowest + Math.floor(Math.random() * count);
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return { port, release: () => server[Symbol.asyncDispose]() };
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
