import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AnswerLost, type Entry, type Ledger, type Loss } from "./ledger.ts";
import { Orders } from "./orders.ts";

/** A request that is held: as it came in, before the ledger has done it, or after. */
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

/** A write or an order; a question about an order; the cancelling of one. */
type Request = "Write" | "Ask" | "Withdraw";

interface Hold {
  readonly when: "Before" | "After";
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<"GoOn" | "Drop">;
}

/** A ledger as a server in this process: it outlives every operator, however that one ends. */
export class LedgerServer {
  readonly ledger: Ledger;
  readonly orders: Orders;
  readonly #server: Server;
  readonly #holds = new Map<string, Hold>();
  readonly #mishap: () => Mishap;
  /** How many requests are under way: writes, orders, and all about those. */
  busy = 0;

  private constructor(ledger: Ledger, server: Server, mishap: () => Mishap) {
    this.ledger = ledger;
    this.orders = new Orders(ledger, Date.now);
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

  /** Holds the next request about a title. */
  hold(title: string, when: Hold["when"], request: Request = "Write"): Held {
    const hold: Hold = { when, reached: Promise.withResolvers(), released: Promise.withResolvers() };
    this.#holds.set(`${request} ${title}`, hold);
    return { reached: hold.reached.promise, release: (what) => hold.released.resolve(what) };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, what, subject = ""] = (request.url ?? "").split("/").map(decodeURIComponent);
    const body = await textOf(request);
    response.end(JSON.stringify(await this.#answerTo(what, request.method ?? "", subject, body)));
  }

  #answerTo(what: string | undefined, method: string, subject: string, body: string): Promise<unknown> {
    switch (what) {
      case "orders":
        return this.#orders(method, subject, body);
      case "order":
        return this.#order(method, subject);
      default:
        return this.#entries(method, subject, body);
    }
  }

  async #entries(method: string, title: string, body: string): Promise<unknown> {
    const { ledger } = this;
    if (method === "POST") await this.#write(title, (loss) => ledger.write(JSON.parse(body) as Entry, loss));
    if (method === "DELETE") ledger.strike(title);
    return ledger.shows === "Nothing" ? "Nothing" : { entry: ledger.read(title) ?? null };
  }

  #orders(method: string, title: string, body: string): Promise<unknown> {
    const { ledger, orders } = this;
    if (method === "POST") return this.#write(title, (loss) => orders.take(JSON.parse(body) as Entry, loss));
    return Promise.resolve(ledger.shows === "Nothing" ? "Nothing" : orders.all(title));
  }

  #order(method: string, id: string): Promise<unknown> {
    const { orders } = this;
    const title = orders.find(id)?.entry.title ?? "";
    return method === "DELETE"
      ? this.#held("Withdraw", title, 0, () => orders.cancel(id))
      : this.#held("Ask", title, 0, () => orders.find(id) ?? null);
  }

  #write<T>(title: string, write: (loss: Loss | undefined) => T): Promise<T> {
    const { slowMs, loss } = this.#mishap();
    return this.#held("Write", title, slowMs, () => write(loss));
  }

  async #held<T>(request: Request, title: string, slowMs: number, work: () => T): Promise<T> {
    const key = `${request} ${title}`;
    const hold = this.#holds.get(key);
    this.#holds.delete(key);
    const passes = async (when: Hold["when"]): Promise<void> => {
      if (hold?.when !== when) return sleep(slowMs);
      hold.reached.resolve();
      if ((await hold.released.promise) === "Drop") throw new AnswerLost("dropped");
    };
    this.busy += 1;
    try {
      await passes("Before");
      const answer = work();
      await passes("After");
      return answer;
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
