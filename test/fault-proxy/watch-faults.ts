import type { Ending } from "./endings.ts";
import type { Fault } from "./faults.ts";

/** A watch tells so many events, bookmarks included, and then `ending`. */
export function afterEvents(count: number, ending: Ending): Fault {
  return async (exchange) => {
    const answer = await exchange.forward();
    exchange.head(answer);
    exchange.response.once("close", () => answer.destroy());
    let left = count;
    for await (const event of left > 0 ? eventsOf(answer) : []) {
      exchange.response.write(event);
      left -= 1;
      if (left === 0) break;
    }
    answer.destroy();
    ending(exchange);
  };
}

/** Every event of a watch comes twice. */
export function duplicated(): Fault {
  return async (exchange) => {
    await exchange.pass(await exchange.forward(), async function* twice(body) {
      for await (const event of eventsOf(body)) yield Buffer.concat([event, event]);
    });
  };
}

/** The lines of a watch, each with its line break. */
async function* eventsOf(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
}
