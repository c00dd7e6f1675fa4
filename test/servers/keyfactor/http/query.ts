import { badRequest } from "./refusal.ts";

/**
 * The query of a URL. Names are found in any case; `+` is a plus and no space, since clients that send `+` for spaces are
 * not understood (A.5 [K]).
 */
export class Query {
  readonly #values = new Map<string, string>();

  /** @param search without the `?` */
  constructor(search: string) {
    for (const pair of search.split("&")) {
      const [name = "", value = ""] = pair.split("=", 2);
      if (name !== "") this.#values.set(decoded(name).toLowerCase(), decoded(value));
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === "true";
  }

  /** 0 where it is missing, which is none of all ids (A.12 [O]). */
  id(name: string): number {
    const value = Number(this.text(name) ?? 0);
    return Number.isInteger(value) ? value : 0;
  }
}

/** A part of a URL without its percent signs. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest("The URL is not encoded well.");
  }
}
