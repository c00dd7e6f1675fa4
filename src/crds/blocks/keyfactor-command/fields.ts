import * as z from "zod";

/** Command's ids are 32-bit integers; 0 is given to the first of some lists. */
export const commandId = z.int().min(0).max(2_147_483_647);

/** Of a certificate, a request, a collection or a role: 0 means none on the wire. */
export const positiveId = z.int().min(1).max(2_147_483_647);

/** SHA-1 of a certificate, as Windows shows it. */
export const thumbprint = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[0-9A-Fa-f]{40}$/);

export const collectionId = positiveId.describe(
  "Collection that Command checks the permissions in; the store's collectionId when unset.",
);
