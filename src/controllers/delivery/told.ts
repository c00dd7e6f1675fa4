import type * as z from "zod";
import type { Told } from "../../delivery/index.ts";
import { reportNames } from "./reports.ts";

/** What a provider has told, as far as its block in status has room for it; undefined where it has no such block. */
export async function toldInStatus(provider: string, told: Told | undefined): Promise<Told | undefined> {
  const name = reportNames.find((known) => known === provider);
  if (name === undefined || told === undefined) return undefined;
  // With a parser that an operator without such stores need not hold in memory.
  const { reportSchemas } = await import("./report-schemas.ts");
  return { ...told, report: valid(reportSchemas[name], told.report) };
}

/** Without what the CRD would refuse: a status that is refused would lose the receipt that goes with it. */
function valid(schema: z.ZodObject, report: Told["report"]): Told["report"] {
  const fields = Object.entries(report).flatMap(([field, value]) => {
    const parsed = schema.shape[field]?.safeParse(value);
    return parsed?.success === true && parsed.data !== undefined ? [[field, parsed.data] as const] : [];
  });
  return Object.fromEntries(fields);
}
