import type { X509Certificate } from "node:crypto";
import * as z from "zod";
import { type X509Facts, factsOf } from "../files/facts.ts";
import type { Curve, KeyType } from "../files/key.ts";

export const contentTypes = { PFX: "application/x-pkcs12", PEM: "application/x-pem-file" } as const;

const texts = z.array(z.string());
const seconds = z.int();

/** Times are UNIX seconds, never texts (B.1 [O]). */
export const givenAttributes = z.object({ enabled: z.boolean(), nbf: seconds, exp: seconds }).partial();

const trigger = z.object({ lifetime_percentage: z.int().nullish(), days_before_expiry: z.int().nullish() });
const lifetimeAction = z.object({
  trigger,
  action: z.object({ action_type: z.enum(["EmailContacts", "AutoRenew"]) }),
});

/** A policy as it comes (B.1 [O]); members that are not known are passed over. */
export const givenPolicy = z
  .object({
    key_props: z
      .object({
        exportable: z.boolean(),
        kty: z.enum(["EC", "EC-HSM", "RSA", "RSA-HSM", "oct", "oct-HSM"]),
        key_size: z.int(),
        reuse_key: z.boolean(),
        crv: z.enum(["P-256", "P-384", "P-521", "P-256K"]),
      })
      .partial(),
    secret_props: z.object({ contentType: z.string() }).partial(),
    x509_props: z
      .object({
        subject: z.string(),
        ekus: texts,
        key_usage: z.array(
          z.enum([
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
          ]),
        ),
        validity_months: z.int(),
        sans: z.object({ dns_names: texts, emails: texts, upns: texts, uris: texts, ipAddresses: texts }).partial(),
      })
      .partial(),
    lifetime_actions: z.array(lifetimeAction),
    issuer: z.object({ name: z.string(), cty: z.string(), cert_transparency: z.boolean() }).partial(),
    attributes: givenAttributes,
  })
  .partial();
export type GivenPolicy = z.infer<typeof givenPolicy>;

/** A certificate's policy, shared by its versions. */
export interface Policy {
  readonly key_props: {
    readonly exportable: boolean;
    readonly kty: string;
    readonly key_size: number;
    readonly reuse_key: boolean;
    readonly crv?: Curve;
  };
  readonly secret_props: { readonly contentType: string };
  readonly x509_props: Omit<X509Facts, "sans"> & { readonly sans?: object };
  readonly lifetime_actions: readonly z.infer<typeof lifetimeAction>[];
  readonly issuer: { readonly name: string; readonly cty?: string; readonly cert_transparency?: boolean };
  readonly attributes: { readonly enabled: boolean; readonly created: number; readonly updated: number };
}

/** What an import without policy gets (B.3 [C]). */
export function defaultPolicy(certificate: X509Certificate, key: KeyType, contentType: string, now: number): Policy {
  return {
    key_props: { exportable: true, reuse_key: false, ...key },
    secret_props: { contentType },
    x509_props: factsOf(certificate),
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
    issuer: { name: "Unknown" },
    attributes: { enabled: true, created: now, updated: now },
  };
}

/** The policy with what is given; what is left out stays, member by member, as a recording of PATCH shows [C]. */
export function merged(policy: Policy, given: GivenPolicy, now: number): Policy {
  const { created } = policy.attributes;
  return {
    key_props: { ...policy.key_props, ...defined(given.key_props) },
    secret_props: { ...policy.secret_props, ...defined(given.secret_props) },
    x509_props: { ...policy.x509_props, ...defined(given.x509_props) },
    lifetime_actions: given.lifetime_actions ?? policy.lifetime_actions,
    // A new name brings an issuer of its own [I].
    issuer: given.issuer?.name === undefined ? { ...policy.issuer, ...defined(given.issuer) } : issuerOf(given.issuer),
    attributes: { enabled: given.attributes?.enabled ?? policy.attributes.enabled, created, updated: now },
  };
}

function issuerOf({ name = "Unknown", ...more }: NonNullable<GivenPolicy["issuer"]>): Policy["issuer"] {
  return { name, ...defined(more) };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without members that are undefined: they would cover what they are spread over. */
function defined<T extends object>(value: T | undefined): Defined<T> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== undefined)) as Defined<T>;
}
