import * as z from "zod";
import { objectName } from "../fields.ts";

/** A certificate that one of our imports has brought into the store. */
export const importRef = z
  .object({ name: objectName.describe("CertificateImport in the same namespace, into the same store.") })
  .describe("The certificate that this CertificateImport has brought into the store.");
