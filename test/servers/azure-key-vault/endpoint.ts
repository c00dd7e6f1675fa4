import type * as z from "zod";
import type { Answer } from "../http/answer.ts";
import type { Located } from "../http/router.ts";
import type { Action } from "./access.ts";
import { badParameter, invalidProperty } from "./http/refusal.ts";
import type { Vault } from "./vault.ts";
import type { Features } from "./version.ts";

export interface Endpoint extends Located {
  readonly action: Action;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

interface Request {
  /** `https://<vault>.vault.azure.net`. */
  readonly baseUrl: string;
  /** Of the request, with a leading slash and the names as they came. */
  readonly path: string;
  readonly features: Features;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** One request that has been let in. */
export class Call {
  readonly vault: Vault;
  readonly baseUrl: string;
  readonly path: string;
  readonly features: Features;
  readonly query: URLSearchParams;
  readonly #params: Readonly<Record<string, string>>;
  readonly #body: Buffer;

  constructor(vault: Vault, { baseUrl, path, features, params, query, body }: Request) {
    this.vault = vault;
    this.baseUrl = baseUrl;
    this.path = path;
    this.features = features;
    this.query = query;
    this.#params = params;
    this.#body = body;
  }

  /** Of the certificate; empty where the path has none. */
  get name(): string {
    return this.#params["name"] ?? "";
  }

  /** Empty for the latest (B.4). */
  get version(): string {
    return this.#params["version"] ?? "";
  }

  /** The body as the endpoint wants it, or status 400 that names the first member that is wrong (B.5 [C]). */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const parsed = schema.safeParse(this.#json());
    if (parsed.success) return parsed.data;
    throw invalidProperty(String(parsed.error.issues[0]?.path[0] ?? ""));
  }

  #json(): unknown {
    try {
      return JSON.parse(this.#body.toString("utf8"));
    } catch {
      throw badParameter("The request body is not valid JSON.");
    }
  }
}
