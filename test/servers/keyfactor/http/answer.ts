import type { Answer } from "../../http/answer.ts";

/** IIS answers for Command where a request does not come to it: HTML, never JSON (A.4 [D]). */
export function html(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>\r\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body: { text } };
}
