/**
 * What the JSON of a body says; undefined where it is none. The parser's own error quotes the text around what it could not read,
 * which may be a piece of a token or of a key.
 */
export function jsonOf(body: Buffer | string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** As `jsonOf`, of which only the members of an object matter: none where it is anything else. */
export function fieldsOf(body: Buffer | string): Readonly<Record<string, unknown>> {
  const value = jsonOf(body);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
