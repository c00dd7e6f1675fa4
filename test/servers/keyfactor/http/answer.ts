/** What goes back. `json` is a value in PascalCase, `text` goes as it is. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly json: unknown } | { readonly text: string } | undefined;
}

export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers, body: { json } };
}

/** IIS answers for Command where a request does not come to it: HTML, never JSON (A.4 [D]). */
export function html(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>\r\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body: { text } };
}

export function empty(status: number): Answer {
  return { status, headers: {}, body: undefined };
}

/** Schedule, Metadata and deletions answer so (A.4 [O]). */
export const noContent: Answer = empty(204);
