import type { Reader } from "../asn1/reader.ts";
import { GENERALIZED_TIME, UTC_TIME } from "../asn1/tags.ts";

/** A Time as RFC 5280 4.1.2.5 demands it: in Zulu, with seconds. */
export function readTime(validity: Reader): Date {
  const utc = validity.optional(UTC_TIME);
  const text = validity.contentOf(utc ?? validity.element(GENERALIZED_TIME)).toString("latin1");
  if (!(utc === undefined ? /^\d{14}Z$/ : /^\d{12}Z$/).test(text)) throw new Error("a time that is not plain");
  const at = utc === undefined ? 4 : 2;
  const part = (index: number): number => Number(text.slice(at + 2 * index, at + 2 * index + 2));
  const year = Number(text.slice(0, at));
  const century = utc === undefined ? 0 : year < 50 ? 2000 : 1900;
  const [month, day, hour, minute, second] = [part(0), part(1), part(2), part(3), part(4)];
  const date = new Date(Date.UTC(century + year, month - 1, day, hour, minute, second));
  // Date moves what is out of range into the next day or month, and takes years before 100 for others.
  const inRange = hour < 24 && minute < 60 && second < 60 && date.getUTCDate() === day;
  if (!inRange || date.getUTCFullYear() !== century + year) throw new Error("a time that is none");
  return date;
}
