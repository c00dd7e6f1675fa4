import type { SecretKeyRef } from "../../../crds/index.ts";
import type { EntryPassword } from "../api/add-certificate.ts";
import type { Deployment } from "./deployment.ts";
import type { Look } from "./look.ts";
import { overwrites } from "./overwrite.ts";
import { targetSecrets } from "./reach.ts";

/** Whether what lies under the alias is replaced. */
export function overwriteIn({ target, before }: Deployment, { entry }: Look): boolean {
  return target.overwrite ?? overwrites(entry, before);
}

/** Entry parameters with those from Secrets; undefined where there are none. */
export function parametersOf(deployment: Deployment): Readonly<Record<string, string>> | undefined {
  const { entryParameters = {}, secretEntryParameters = {} } = deployment.target;
  const secrets = Object.entries(secretEntryParameters).map(([name, ref]) => [name, textOf(deployment, ref)] as const);
  const all = { ...entryParameters, ...Object.fromEntries(secrets) };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** What of the target lies in Secrets, and is sent to Command. */
export function secretsOf(deployment: Deployment): readonly string[] {
  return targetSecrets(deployment.target).map((ref) => textOf(deployment, ref));
}

/** A literal password of the entry. */
export function entryPasswordText(deployment: Deployment): string | undefined {
  const ref = deployment.target.entryPassword?.secretRef;
  return ref === undefined ? undefined : textOf(deployment, ref);
}

/** Undefined where the user gives none: it must not be sent then. */
export function entryPasswordOf(deployment: Deployment): EntryPassword | undefined {
  const pam = deployment.target.entryPassword?.pam;
  if (pam !== undefined) return { Provider: pam.providerId, Parameters: pam.parameters };
  const SecretValue = entryPasswordText(deployment);
  return SecretValue === undefined ? undefined : { SecretValue };
}

export function textOf({ secret }: Deployment, ref: SecretKeyRef): string {
  return secret(ref).toString("utf8");
}
