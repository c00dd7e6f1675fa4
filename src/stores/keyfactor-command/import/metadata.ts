import type { CommandCertificateRow } from "../api/certificates.ts";

type Metadata = Readonly<Record<string, string>>;

/** What of the metadata that we bring is otherwise in Command. */
export function differingMetadata(wanted: Metadata, { Metadata: found }: CommandCertificateRow): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => (same(valueOf(found ?? {}, name), value) ? [] : [name]));
}

/**
 * All that the certificate shall have, by the names of Command's fields. What becomes of fields that a change leaves out is not
 * published, so those of others are sent along as they are.
 */
export function mergedMetadata(
  wanted: Metadata,
  { Metadata: found }: CommandCertificateRow,
  fields: readonly string[],
): Metadata {
  const others = fields.flatMap((field) => {
    const value = valueOf(found ?? {}, field);
    return value === "" ? [] : [[field, value] as const];
  });
  return { ...Object.fromEntries(others), ...wanted };
}

/** Names that Command has no field for. */
export function missingFields(wanted: Metadata, fields: readonly string[]): string[] {
  return Object.keys(wanted).filter((name) => !fields.includes(name));
}

/** 11.x may write the names of fields in camelCase, too. */
function valueOf(metadata: Readonly<Record<string, unknown>>, name: string): string {
  const [, value] = Object.entries(metadata).find(([other]) => other.toLowerCase() === name.toLowerCase()) ?? [];
  return textOf(value);
}

/** Fields of the types boolean and integer may come as such. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Fields of the types boolean and date may be written otherwise than they were given. */
function same(found: string, wanted: string): boolean {
  if (found === wanted) return true;
  if (/^(true|false)$/i.test(wanted)) return found.toLowerCase() === wanted.toLowerCase();
  const isDate = /^\d{4}-\d{2}-\d{2}/;
  return isDate.test(found) && isDate.test(wanted) && Date.parse(utc(found)) === Date.parse(utc(wanted));
}

/** Command's times are UTC, whether or not they say so. */
function utc(text: string): string {
  return /T[\d:.]+$/.test(text) ? `${text}Z` : text;
}
