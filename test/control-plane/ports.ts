import { once } from "node:events";
import { createServer } from "node:net";
import type { Ports } from "./flags.ts";

/** Below the range from which systems give ports to outgoing connections, so that a restart finds its port free. */
const lowest = 20_000;
const count = 12_000;
const tries = 20;

/** Loopback ports that are free now. Another process may take one before it is used: then start again. */
export async function freePorts(): Promise<Ports> {
  const held = [await hold(), await hold(), await hold()] as const;
  const [etcd, etcdPeer, apiServer] = held.map(({ port }) => port) as [number, number, number];
  await Promise.all(held.map(({ release }) => release()));
  return { etcd, etcdPeer, apiServer };
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
