import { constants, type KeyObject, sign, verify } from "node:crypto";
import * as z from "zod";

const header = z.looseObject({ alg: z.string() });
const claims = z.looseObject({});

/** A signed token as it came, not yet believed. */
export interface Jws {
  readonly header: z.infer<typeof header>;
  readonly claims: z.infer<typeof claims>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** @returns undefined where it is no JWT */
export function parsedJws(token: string): Jws | undefined {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  if (more.length > 0 || signature === "") return undefined;
  try {
    return {
      header: header.parse(parsed(head)),
      claims: claims.parse(parsed(body)),
      signed: Buffer.from(`${head}.${body}`),
      signature: Buffer.from(signature, "base64url"),
    };
  } catch {
    return undefined;
  }
}

/** RFC 7518 section 3.1: what @azure/identity and API servers sign with. */
export function isSignedBy({ header: { alg }, signed, signature }: Jws, key: KeyObject): boolean {
  switch (alg) {
    case "RS256":
      return verify("sha256", signed, key, signature);
    case "PS256":
      return verify("sha256", signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
    case "ES256":
      return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
    default:
      return false;
  }
}

/** RS256, as Entra signs. */
export function signed(key: KeyObject, kid: string, payload: object): string {
  const encoded = [{ typ: "JWT", alg: "RS256", kid }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const text = encoded.join(".");
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

function parsed(part: string): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
}
