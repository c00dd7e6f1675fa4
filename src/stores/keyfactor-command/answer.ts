import * as z from "zod";
import { TransientError } from "../errors.ts";
import { cleaned, jsonOf } from "../http/index.ts";

/**
 * An object that Command answers: its members are found in any case, for 11.x writes camelCase and all others PascalCase; what is
 * not asked for is passed over, since the API grows within a version. Keys of maps (`z.record`) stay as they are.
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

/**
 * Reads a body that came with a good status. Throws `TransientError` `StoreUnavailable` for what is no answer of Command's: a
 * write that was answered so has happened all the same.
 */
export function read<Schema extends z.ZodType>(schema: Schema, body: Buffer, doing: string): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = cleaned(issue?.path.join(".") ?? "", 64);
  const what = where === "" ? "something else than is documented" : `an unexpected ${where}`;
  throw new TransientError("StoreUnavailable", `Asked to ${doing}, Command answered ${what}; it is tried again.`);
}
