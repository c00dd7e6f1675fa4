import { badRequest } from "../http/refusal.ts";
import { compare, type Operator, operators, type Scalar } from "./compare.ts";

/** One row as queries see it: what each field of the query is. */
export type Row = Readonly<Record<string, Scalar>>;
export type Predicate = (row: Row) => boolean;

const token = /\s*(?:(\()|(\))|"([^"]*)"|([^\s()"]+))/y;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * `Field -eq "value" AND (Field2 -gt 3 OR ...)` (A.5 [D]); all else is status 400. AND binds tighter than OR [I].
 * @param fields that may be asked for
 */
export function parseQuery(text: string, fields: readonly string[]): Predicate {
  if (text.trim() === "") return () => true;
  const reader = new QueryReader(tokensOf(text), fields);
  const predicate = reader.alternatives();
  if (!reader.done) throw invalid(text);
  return predicate;
}

class QueryReader {
  readonly #tokens: readonly Token[];
  readonly #fields: readonly string[];
  #at = 0;

  constructor(tokens: readonly Token[], fields: readonly string[]) {
    this.#tokens = tokens;
    this.#fields = fields;
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  alternatives(): Predicate {
    const parts = [this.#conjunction()];
    while (this.#took("OR")) parts.push(this.#conjunction());
    return (row) => parts.some((part) => part(row));
  }

  #conjunction(): Predicate {
    const parts = [this.#term()];
    while (this.#took("AND")) parts.push(this.#term());
    return (row) => parts.every((part) => part(row));
  }

  #term(): Predicate {
    if (this.#took("(")) {
      const inner = this.alternatives();
      if (!this.#took(")")) throw invalid("a parenthesis is not closed");
      return inner;
    }
    const name = this.#next().text;
    const field = this.#fields.find((known) => known.toLowerCase() === name.toLowerCase());
    if (field === undefined) throw invalid(`unknown field ${name}`);
    const operator = this.#next().text.toLowerCase();
    if (!isOperator(operator)) throw invalid(`unknown operator ${operator}`);
    if (operator === "-null" || operator === "-notnull") return (row) => compare(row[field] ?? null, operator, "");
    const value = this.#next();
    // `-eq NULL` without quotes asks for none [I].
    if (!value.quoted && value.text.toLowerCase() === "null") {
      return (row) => compare(row[field] ?? null, operator === "-ne" ? "-notnull" : "-null", "");
    }
    return (row) => compare(row[field] ?? null, operator, value.text);
  }

  #took(word: string): boolean {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.quoted || next.text.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #next(): Token {
    const next = this.#tokens[this.#at];
    if (next === undefined) throw invalid("it ends too early");
    this.#at += 1;
    return next;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== "") {
    const match = token.exec(text);
    if (match === null) throw invalid(text);
    const [, open, close, quoted, word] = match;
    tokens.push({ text: open ?? close ?? quoted ?? word ?? "", quoted: quoted !== undefined });
  }
  return tokens;
}

function isOperator(text: string): text is Operator {
  return (operators as readonly string[]).includes(text);
}

function invalid(why: string): Error {
  return badRequest(`The query string is invalid: ${why}.`);
}
