import * as z from "zod";
import { rules } from "./rules.ts";

/** RFC 3339, as `metav1.Time`. */
export const time = z.string().max(64).meta({ format: "date-time" });

/** `1h30m`: hours, minutes and seconds in this order, at least `minimum`; `0` where `zero` allows it. */
export function duration(minimum: string, zero: "zero allowed" | "no zero"): z.ZodString {
  const least = `duration(self) >= duration('${minimum}')`;
  const allowed = zero === "zero allowed";
  return z
    .string()
    .min(1)
    .max(16)
    .regex(/^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$/)
    .meta(
      rules({
        rule: allowed ? `duration(self) == duration('0s') || ${least}` : least,
        message: allowed ? `must be 0 or at least ${minimum}` : `must be at least ${minimum}`,
      }),
    );
}

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

/** `https://host` or `https://host:port`, without path. */
export const httpsHost = z
  .string()
  .min(1)
  .max(512)
  .regex(/^https:\/\/([a-zA-Z0-9]([-a-zA-Z0-9.]{0,251}[a-zA-Z0-9])?|\[[0-9a-fA-F:.]{2,45}\])(:[0-9]{1,5})?\/?$/);

/** Globally unique identifier, with its hyphens. */
export const guid = z
  .string()
  .min(1)
  .max(36)
  .regex(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/);

/** One value of a Secret. */
export const secretKeyRef = z.object({
  name: objectName.describe("Name of the Secret, in the same namespace."),
  key: dataKey.describe("Key in its data."),
});
export type SecretKeyRef = z.infer<typeof secretKeyRef>;

/** Name of an entry in a keystore. */
export const alias = z.string().min(1).max(128);

const namespaceOf = namespaceName.describe("Its namespace: a cluster store has none of its own.");

/** Whether the objects of a kind have a namespace. */
export type Scope = "Namespaced" | "Cluster";

/** A reference of a store; without a namespace it means the store's own. */
export interface StoreReference {
  name: string;
  namespace?: string | undefined;
}

/** What a store refers to: in its own namespace or, since a cluster store has none, in one that the reference names. */
export function storeReference(scope: Scope, name: string): z.ZodType<StoreReference> {
  const local = z.object({ name: objectName.describe(name) });
  return scope === "Cluster" ? local.extend({ namespace: namespaceOf }) : local;
}

/** One value of a Secret or ConfigMap that a store refers to. */
export function storeKeyReference(
  scope: Scope,
  name: string,
  key: string,
): z.ZodType<StoreReference & { key: string }> {
  const local = z.object({ name: objectName.describe(name), key: dataKey.describe(key) });
  return scope === "Cluster" ? local.extend({ namespace: namespaceOf }) : local;
}
