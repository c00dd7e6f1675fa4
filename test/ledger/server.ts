import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AnswerLost, type Entry, type Ledger, type Loss } from "./ledger.ts";

/** A write that is held: as it came in, before the ledger wrote it, or after. */
export interface Held {
  readonly reached: Promise<void>;
  /** `Drop` forgets one that was held `Before`, as a vendor does that died at it. */
  release(what: "GoOn" | "Drop"): void;
}

/** What befalls a write: how long it takes before and after it is written, in milliseconds, and how its answer is lost. */
export interface Mishap {
  readonly slowMs: number;
  readonly loss?: Loss | undefined;
}

interface Hold {
  readonly when: "Before" | "After";
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<"GoOn" | "Drop">;
}

/** A ledger as a server in this process: it outlives every operator, however that one ends. */
export class LedgerServer {
  readonly ledger: Ledger;
  readonly #server: Server;
  readonly #holds = new Map<string, Hold>();
  readonly #mishap: () => Mishap;
  /** How many writes are under way. */
  busy = 0;

  private constructor(ledger: Ledger, server: Server, mishap: () => Mishap) {
    this.ledger = ledger;
    this.#mishap = mishap;
    this.#server = server;
    server.on("request", (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!(error instanceof AnswerLost)) throw error;
        request.destroy();
      });
    });
  }

  /** @param mishap asked for each write */
  static async start(ledger: Ledger, mishap: () => Mishap = () => ({ slowMs: 0 })): Promise<LedgerServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new LedgerServer(ledger, server, mishap);
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  }

  /** Holds the next write of a title. */
  hold(title: string, when: Hold["when"]): Held {
    const hold: Hold = { when, reached: Promise.withResolvers(), released: Promise.withResolvers() };
    this.#holds.set(title, hold);
    return { reached: hold.reached.promise, release: (what) => hold.released.resolve(what) };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const title = decodeURIComponent(request.url?.split("/").at(-1) ?? "");
    const { ledger } = this;
    if (request.method === "POST") await this.#write(title, JSON.parse(await textOf(request)) as Entry);
    if (request.method === "DELETE") ledger.strike(title);
    const shown = ledger.shows === "Nothing" ? "Nothing" : { entry: ledger.read(title) ?? null };
    response.end(JSON.stringify(shown));
  }

  async #write(title: string, entry: Entry): Promise<void> {
    const hold = this.#holds.get(title);
    this.#holds.delete(title);
    const { slowMs, loss } = this.#mishap();
    const passes = async (when: Hold["when"]): Promise<void> => {
      if (hold?.when !== when) return sleep(slowMs);
      hold.reached.resolve();
      if ((await hold.released.promise) === "Drop") throw new AnswerLost("dropped");
    };
    this.busy += 1;
    try {
      await passes("Before");
      this.ledger.write(entry, loss);
      await passes("After");
    } finally {
      this.busy -= 1;
    }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}
