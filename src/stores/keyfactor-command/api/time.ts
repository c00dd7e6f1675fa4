import * as z from "zod";

/** A time as Command writes it: in UTC, also where no zone stands there. Undefined for none, and for what cannot be read. */
export const time = z
  .string()
  .nullish()
  .transform((text) => {
    if (text === null || text === undefined) return undefined;
    const parsed = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
    return Number.isNaN(parsed.getTime()) ? undefined : parsed;
  });
