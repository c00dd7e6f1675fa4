import { createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { badParameter } from "../http/refusal.ts";

/** As a policy names keys (B.1). */
export interface KeyType {
  readonly kty: "RSA" | "EC";
  /** Bits; of a curve, its field's. */
  readonly key_size: number;
  readonly crv?: Curve;
}
export type Curve = "P-256" | "P-384" | "P-521" | "P-256K";

const curves: Readonly<Record<string, readonly [Curve, number]>> = {
  prime256v1: ["P-256", 256],
  secp384r1: ["P-384", 384],
  secp521r1: ["P-521", 521],
  secp256k1: ["P-256K", 256],
};

const sizes: readonly (number | undefined)[] = [2_048, 3_072, 4_096];

/** RSA of 2048, 3072 and 4096 bits and four curves, and nothing else (B.1 [D]). The text is a placeholder [U]. */
export function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): KeyType {
  const { modulusLength, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === "rsa" && modulusLength !== undefined && sizes.includes(modulusLength)) {
    return { kty: "RSA", key_size: modulusLength };
  }
  const curve = asymmetricKeyType === "ec" ? curves[namedCurve ?? ""] : undefined;
  if (curve !== undefined) return { kty: "EC", key_size: curve[1], crv: curve[0] };
  throw badParameter("The specified X.509 certificate content has a key of a type or size that is not supported.");
}

export function belongsTo(key: KeyObject, certificate: X509Certificate): boolean {
  return createPublicKey(key).equals(certificate.publicKey);
}
