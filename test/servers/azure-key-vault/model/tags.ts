import * as z from "zod";
import { invalidProperty } from "../http/refusal.ts";

export const tags = z.record(z.string(), z.string());

/** 15 at most, names and values of 256 characters at most (B.2 [D]); the text for too many is quoted by users [C]. */
export function checkTags(given: Readonly<Record<string, string>>): void {
  const entries = Object.entries(given);
  if (entries.length > 15 || entries.flat().some(({ length }) => length > 256)) throw invalidProperty("");
}
