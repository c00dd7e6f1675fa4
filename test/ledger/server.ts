import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AnswerLost, type Entry, type Ledger } from "./ledger.ts";

/** A write that is held: as it came in, before the ledger wrote it, or after. */
export interface Held {
  readonly reached: Promise<void>;
  /** `Drop` forgets one that was held `Before`, as a vendor does that died at it. */
  release(what: "GoOn" | "Drop"): void;
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
  /** How long it takes over each write, before and after it, in milliseconds. */
  slowMs: () => number = () => 0;

  private constructor(ledger: Ledger, server: Server) {
    this.ledger = ledger;
    this.#server = server;
    server.on("request", (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!(error instanceof AnswerLost)) throw error;
        request.destroy();
      });
    });
  }

  static async start(ledger: Ledger): Promise<LedgerServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new LedgerServer(ledger, server);
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
    const held = async (when: Hold["when"]): Promise<void> => {
      if (hold?.when !== when) return pause(this.slowMs());
      hold.reached.resolve();
      if ((await hold.released.promise) === "Drop") throw new AnswerLost("dropped");
    };
    await held("Before");
    this.ledger.write(entry);
    await held("After");
  }
}

async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}
