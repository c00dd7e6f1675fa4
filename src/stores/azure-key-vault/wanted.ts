import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import { certificateFacts, chainOf, type CertificateFacts } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";
import { checkApiVersion } from "./api-version.ts";
import { type VaultKey, vaultKeyOf } from "./key.ts";
import { markTag, markValue } from "./mark.ts";
import { type Policy, policyOf } from "./policy.ts";

/** What a certificate in a vault shall be: a block, with what its unset fields mean for this bundle. */
export interface Wanted {
  readonly leaf: Buffer;
  readonly facts: CertificateFacts;
  readonly chain: readonly Buffer[];
  readonly key: VaultKey;
  /** All that there shall be, our mark among them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
  readonly policy: Policy;
  readonly preserveCertOrder: boolean | undefined;
}

export interface Attributes {
  readonly enabled: boolean;
  /** In whole seconds, as a vault keeps it. */
  readonly notBefore: Date;
  readonly expires: Date;
}

/** Throws `TerminalError` `UnsupportedKey`, `PolicyMismatch`, `ApiVersionTooOld`. */
export function wantedOf(target: AzureKeyVaultTarget, desired: Desired, apiVersion: string): Wanted {
  checkApiVersion(target, apiVersion);
  const { bundle, chain, mark } = desired;
  const facts = certificateFacts(bundle.leaf);
  const key = vaultKeyOf(facts);
  const { enabled = true, notBefore, expires, preserveCertOrder } = target;
  return {
    leaf: bundle.leaf,
    facts,
    chain: chainOf(bundle, { chain: chain.include, root: chain.root }),
    key,
    tags: { ...target.tags, [markTag]: markValue(mark) },
    attributes: {
      enabled,
      notBefore: inSeconds(notBefore ?? facts.notBefore),
      expires: inSeconds(expires ?? facts.notAfter),
    },
    policy: policyOf(target.policy, key),
    preserveCertOrder,
  };
}

function inSeconds(time: string | Date): Date {
  return new Date(Math.floor(new Date(time).getTime() / 1000) * 1000);
}
