import type { Reader } from "./reader.ts";
import { UTC_TIME } from "./tags.ts";

const years = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** The next UTCTime or GeneralizedTime, in the form of RFC 5280 4.1.2.5; an invalid date for any other. */
export function readTime(reader: Reader): Date {
  const { tag, contentStart, contentEnd } = reader.element();
  const digits = reader.buffer.toString("latin1", contentStart, contentEnd);
  const century = tag !== UTC_TIME ? "" : digits < "50" ? "20" : "19";
  const [, year, month, day, hour, minute, second] = years.exec(century + digits) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
