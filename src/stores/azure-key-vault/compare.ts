import type { KeyVaultCertificateWithPolicy, LifetimeAction } from "@azure/keyvault-certificates";
import type { Difference } from "../contract.ts";
import { markTag, readMark } from "./mark.ts";
import { mailOnly, type Policy } from "./policy.ts";
import type { Tags, Wanted } from "./wanted.ts";

/** Something that is otherwise than wanted, and what changes it: a new version, or a change of the version that is there. */
export interface Finding extends Difference {
  readonly by: "Import" | "Attributes" | "Policy";
}

/** A certificate as a vault holds it. */
export interface Held {
  readonly certificate: KeyVaultCertificateWithPolicy;
  /** Digest of the certificates beside the leaf; absent where nobody could tell. */
  readonly chain?: string | undefined;
}

/** All in which a certificate is otherwise than wanted. Pure; names only, no values. */
export function compare({ certificate, chain }: Held, wanted: Wanted): Finding[] {
  return [
    ...content(certificate, chain, wanted),
    ...tags(certificate.properties.tags ?? {}, wanted),
    ...attributes(certificate.properties, wanted),
    ...policy(certificate.policy ?? {}, wanted.policy),
  ];
}

/** Whether the very leaf lies there. */
export function sameLeaf({ cer }: Pick<KeyVaultCertificateWithPolicy, "cer">, { leaf }: Pick<Wanted, "leaf">): boolean {
  return cer !== undefined && leaf.equals(cer);
}

/** What only an import changes, since a version's content stays as it is. */
function content(certificate: KeyVaultCertificateWithPolicy, chain: Held["chain"], wanted: Wanted): Finding[] {
  const { preserveCertificateOrder: kept } = certificate.properties;
  const asked = wanted.preserveCertOrder ?? false;
  return findings("Import", [
    [!sameLeaf(certificate, wanted), "certificate"],
    [chain !== undefined && chain !== wanted.chain, "chain"],
    [kept !== undefined && kept !== asked, "preserveCertOrder"],
  ]);
}

function tags({ [markTag]: _mark, ...there }: Tags, { tags, mark }: Wanted): Finding[] {
  const { [markTag]: _reserved, ...wanted }: Tags = tags;
  const names = [...new Set([...Object.keys(there), ...Object.keys(wanted)])];
  return findings("Attributes", [
    [readMark({ [markTag]: _mark ?? "" })?.mark !== mark, "mark"],
    ...names.map((name) => [there[name] !== wanted[name], `tag ${name.slice(0, 64)}`] as const),
  ]);
}

function attributes(there: KeyVaultCertificateWithPolicy["properties"], { attributes }: Wanted): Finding[] {
  return findings("Attributes", [
    [there.enabled !== attributes.enabled, "enabled"],
    [there.notBefore?.getTime() !== attributes.notBefore.getTime(), "notBefore"],
    [there.expiresOn?.getTime() !== attributes.expires.getTime(), "expires"],
  ]);
}

/** What of a policy is laid down in the version itself: a changed policy alone would only shape the next one. */
const shaping = new Set<keyof Policy>(["exportable", "keyType", "contentType"]);

/** The fields of the block, by those of the policy. */
const fields: Readonly<Partial<Record<keyof Policy, string>>> = {
  enhancedKeyUsage: "x509.ekus",
  keyUsage: "x509.keyUsages",
  validityInMonths: "x509.validityMonths",
  subject: "x509.subject",
  keyCurveName: "curve",
  issuerName: "issuer.name",
  certificateType: "issuer.certificateType",
  certificateTransparency: "issuer.certificateTransparency",
};

function policy(there: Policy, wanted: Policy): Finding[] {
  const { lifetimeActions, subjectAlternativeNames, ...rest } = wanted;
  const names = Object.keys(rest) as (keyof typeof rest)[];
  const different = names.filter((name) => plain(there[name]) !== plain(rest[name]));
  return [
    ...different.map((name): Finding => {
      return { what: `policy ${fields[name] ?? name}`, by: shaping.has(name) ? "Import" : "Policy" };
    }),
    ...findings("Policy", [
      [!sameNames(there.subjectAlternativeNames, subjectAlternativeNames), "policy x509.sans"],
      [!sameActions(there.lifetimeActions, lifetimeActions), "policy lifetimeActions"],
    ]),
  ];
}

/** Kinds of names that are not asked for are left to the vault. */
function sameNames(there: Policy["subjectAlternativeNames"], wanted: Policy["subjectAlternativeNames"]): boolean {
  const kinds = Object.keys(wanted ?? {}) as (keyof NonNullable<typeof wanted>)[];
  return kinds.every((kind) => plain(there?.[kind]) === plain(wanted?.[kind]));
}

/** Where none are asked for, all are as good, but for renewing: that is done only where it is asked for. */
function sameActions(there: readonly LifetimeAction[] = [], wanted: readonly LifetimeAction[] | undefined): boolean {
  if (wanted === undefined) return !there.some(({ action }) => action === "AutoRenew");
  return sameSet(there.map(plain), wanted.map(plain));
}

/** The policy that makes of the one there the one wanted. */
export function changedPolicy(there: Policy, wanted: Policy): Policy {
  const unwanted = wanted.lifetimeActions === undefined && !sameActions(there.lifetimeActions, undefined);
  const sans = { ...there.subjectAlternativeNames, ...wanted.subjectAlternativeNames };
  return {
    ...there,
    ...wanted,
    ...(Object.keys(sans).length === 0 ? {} : { subjectAlternativeNames: sans as Policy["subjectAlternativeNames"] }),
    ...(unwanted ? { lifetimeActions: [...mailOnly] } : {}),
  } as Policy;
}

/** Text that is the same for what means the same: neither order nor fields that are undefined count. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).toSorted().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const set = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${set
    .map(([name, one]) => `${name}:${plain(one)}`)
    .toSorted()
    .join()}}`;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join() === other.toSorted().join();
}

function findings(by: Finding["by"], list: readonly (readonly [boolean, string])[]): Finding[] {
  return list.flatMap(([different, what]) => (different ? [{ what, by }] : []));
}
