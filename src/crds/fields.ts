import { z } from "zod";

/** RFC 3339, as `metav1.Time`. */
export const time = z.string().max(64).meta({ format: "date-time" });

/** `1h30m`: hours, minutes and seconds in this order; `0` alone means never. */
export const duration = z
  .string()
  .max(32)
  .regex(/^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$/);

/** Name of an object: RFC 1123 subdomain. */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** Name of a namespace: RFC 1123 label. */
export const namespaceName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** Key in the data of a Secret or ConfigMap. */
export const dataKey = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/);

/** Hexadecimal digest of a certificate. */
export const hex = z
  .string()
  .max(128)
  .regex(/^[0-9a-f]*$/);
