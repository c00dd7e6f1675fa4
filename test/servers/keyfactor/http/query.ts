/**
 * The query of a URL. Names are found in any case; `+` is a plus and no space, since clients that send `+` for spaces are
 * not understood (A.5 [K]).
 */
export class Query {
  readonly #values = new Map<string, string>();

  constructor(search: string) {
    for (const pair of search.replace(/^\?/, "").split("&")) {
      const [name = "", value = ""] = pair.split("=", 2);
      if (name !== "") this.#values.set(decodeURIComponent(name).toLowerCase(), decodeURIComponent(value));
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
