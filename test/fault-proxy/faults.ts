import { setTimeout as sleep } from "node:timers/promises";
import type { Ending } from "./endings.ts";
import type { Exchange } from "./exchange.ts";

/** What becomes of a request that meets it. */
export type Fault = (exchange: Exchange) => Promise<void>;

/** The API server never hears of the request. */
export function before(ending: Ending): Fault {
  return async (exchange) => {
    await exchange.swallow();
    ending(exchange);
  };
}

/** The API server does what was asked, to the last byte of its answer, and only the answer is lost. */
export function after(ending: Ending): Fault {
  return async (exchange) => {
    for await (const _ of await exchange.forward()) {
      // lost
    }
    ending(exchange);
  };
}

/** The API server hears of the request so much later. */
export function delayed(milliseconds: number): Fault {
  return async (exchange) => {
    await sleep(milliseconds);
    await exchange.pass(await exchange.forward());
  };
}

/** The answer comes in pieces of so many bytes, one every `everyMs`. */
export function slow(bytes: number, everyMs: number): Fault {
  return async (exchange) => {
    await exchange.pass(await exchange.forward(), async function* drip(body) {
      for await (const chunk of body) {
        for (let at = 0; at < chunk.byteLength; at += bytes) {
          await sleep(everyMs);
          yield chunk.subarray(at, at + bytes);
        }
      }
    });
  };
}

/** A chunk of HTTP's chunked coding is announced in full, comes by half, and then `ending`. */
export function halfChunk(ending: Ending): Fault {
  return async (exchange) => {
    const answer = await exchange.forward();
    // With a length the client would expect no chunks.
    delete answer.headers["content-length"];
    exchange.head(answer);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const half = chunk.subarray(0, Math.ceil(chunk.byteLength / 2));
      const { socket } = exchange.response;
      socket?.write(Buffer.concat([Buffer.from(`${chunk.byteLength.toString(16)}\r\n`), half]), () => ending(exchange));
      return;
    }
  };
}
