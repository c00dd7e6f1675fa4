import * as z from "zod";
import { badRequest } from "./refusal.ts";

/**
 * An object of the API: its members are found in any case, and those it does not know are ignored, as ASP.NET's readers do
 * (A.1 [I]). Keys of maps (`z.record`) are the user's and stay as they are.
 */
export function members<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const rename = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => {
        const known = names.get(name.toLowerCase());
        return known === undefined ? [] : [[known, member]];
      }),
    );
  };
  return z.preprocess(rename, z.object(shape));
}

/** The body as the endpoint wants it, or status 400 that names the first member that is wrong. */
export function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`The request is invalid: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
