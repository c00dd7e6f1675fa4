import { oidContent } from "../asn1/oid.ts";

/** The content of an OBJECT IDENTIFIER as a key of maps: comparing it costs less than reading it. */
export function oidKey(oid: string): string {
  return oidContent(oid).toString("latin1");
}
