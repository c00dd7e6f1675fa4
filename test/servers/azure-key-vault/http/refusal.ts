import type { Answer } from "../../http/answer.ts";

/** The vault says no, in its own shape (B.5). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { readonly inner?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = details.inner;
    this.headers = details.headers ?? {};
  }

  get answer(): Answer {
    const inner = this.inner === undefined ? {} : { innererror: { code: this.inner } };
    const error = { code: this.code, message: this.message, ...inner };
    return { status: this.status, headers: this.headers, body: { json: { error } } };
  }
}

export const badParameter = (message: string): Refusal => new Refusal(400, "BadParameter", message);

/** Users quote it of `policy`, and without a name of too many tags [C]. */
export const invalidProperty = (name: string): Refusal => badParameter(`Property ${name} has invalid value\r\n`);

export const conflict = (message: string, inner?: string): Refusal =>
  new Refusal(409, "Conflict", message, inner === undefined ? {} : { inner });
