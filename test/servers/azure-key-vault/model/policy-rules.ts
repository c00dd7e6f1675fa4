import type { KeyType } from "../files/key.ts";
import { badParameter, invalidProperty } from "../http/refusal.ts";
import type { Features } from "../version.ts";
import { contentTypes, type GivenPolicy, type Policy } from "./policy.ts";

/** What decides about policies besides themselves. */
export interface PolicyContext {
  readonly features: Features;
  /** Standard vaults have no HSM [D]. */
  readonly sku: "Standard" | "Premium";
  /** Names of the issuers that the vault has, besides Self and Unknown. */
  readonly issuers: readonly string[];
}

/**
 * Refuses what no import can have. That the content type must be there is what users of three SDKs met [C], while one of their
 * authors found otherwise: where it is contested, this server is strict.
 */
export function checkImported(given: GivenPolicy, key: KeyType, context: PolicyContext): void {
  if (given.secret_props?.contentType === undefined) throw invalidProperty("policy");
  checkGiven(given, context);
  const { kty, key_size, crv, exportable } = given.key_props ?? {};
  const differs =
    (kty !== undefined && kty.replace("-HSM", "") !== key.kty) ||
    (key_size !== undefined && key_size !== key.key_size) ||
    (crv !== undefined && crv !== key.crv);
  if (differs) throw badParameter("The key properties of the policy do not match the key of the certificate.");
  if (kty?.endsWith("-HSM") === true) {
    if (context.sku === "Standard") throw badParameter("A vault of the Standard tier has no HSM.");
    // [D]
    if (exportable !== false) throw badParameter("A key in an HSM cannot be exportable.");
  }
  // Of an import alone: renewals begin when the policy is changed later (C.5).
  const renews = given.lifetime_actions?.some(({ action }) => action.action_type === "AutoRenew") ?? false;
  if (renews) throw badParameter("AutoRenew cannot be set for a certificate that is imported.");
}

/** Refuses a change that leaves a policy nobody can carry out; its texts, too, are placeholders [U]. */
export function checkUpdated(given: GivenPolicy, result: Policy, context: PolicyContext): void {
  checkGiven(given, context);
  const renews = result.lifetime_actions.some(({ action }) => action.action_type === "AutoRenew");
  // C.5.
  if (renews && result.issuer.name === "Unknown") throw badParameter("AutoRenew needs an issuer.");
}

function checkGiven({ secret_props, x509_props, lifetime_actions, issuer }: GivenPolicy, context: PolicyContext): void {
  const { contentType } = secret_props ?? {};
  const known: readonly string[] = Object.values(contentTypes);
  if (contentType !== undefined && !known.includes(contentType)) throw invalidProperty("contentType");
  const { subject, validity_months, ekus } = x509_props ?? {};
  // B.1 [D].
  if (subject !== undefined && subject.length > 200) throw invalidProperty("subject");
  if (validity_months !== undefined && validity_months < 0) throw invalidProperty("validity_months");
  if (ekus?.some((eku) => !/^[0-2](\.\d+)+$/.test(eku)) === true) throw invalidProperty("ekus");
  for (const { trigger } of lifetime_actions ?? []) checkTrigger(trigger, validity_months);
  const { name } = issuer ?? {};
  if (name !== undefined && !["Self", "Unknown", ...context.issuers].includes(name)) {
    throw badParameter(`The issuer ${name} was not found.`);
  }
}

/** Exactly one of two, a percentage of 1 to 99 (B.1), or days up to 27 for each month of validity [S]. */
function checkTrigger(
  { lifetime_percentage, days_before_expiry }: NonNullable<GivenPolicy["lifetime_actions"]>[number]["trigger"],
  validityMonths: number | undefined,
): void {
  const [percentage, days] = [lifetime_percentage ?? undefined, days_before_expiry ?? undefined];
  if ((percentage === undefined) === (days === undefined)) throw invalidProperty("trigger");
  if (percentage !== undefined && (percentage < 1 || percentage > 99)) throw invalidProperty("lifetime_percentage");
  const most = validityMonths === undefined ? Number.POSITIVE_INFINITY : validityMonths * 27;
  if (days !== undefined && (days < 1 || days > most)) throw invalidProperty("days_before_expiry");
}
