/** What goes back. `json` is a value that the server writes its own way, `text` goes as it is. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly json: unknown } | { readonly text: string } | undefined;
}

export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers, body: { json } };
}

export function empty(status: number): Answer {
  return { status, headers: {}, body: undefined };
}

export const noContent: Answer = empty(204);
