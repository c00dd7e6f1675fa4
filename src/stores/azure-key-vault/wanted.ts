import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import { certificateFacts, chainOf, type CertificateFacts, keyUsagesOf } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";
import { TerminalError } from "../errors.ts";
import { checkApiVersion } from "./api-version.ts";
import { type VaultKey, vaultKeyOf } from "./key.ts";
import { chainDigest, markTag, shortMark, writeMark } from "./mark.ts";
import { type Policy, policyOf } from "./policy.ts";

/** What a certificate in a vault shall be: a block, with what its unset fields mean for this bundle. */
export interface Wanted {
  readonly leaf: Buffer;
  readonly facts: CertificateFacts;
  /** Digest of the certificates beside the leaf. */
  readonly chain: string;
  readonly key: VaultKey;
  /** Our own, as a tag says it. */
  readonly mark: string;
  /** All that there shall be beside our mark. */
  readonly tags: Tags;
  readonly attributes: Attributes;
  readonly policy: Policy;
  readonly preserveCertOrder: boolean | undefined;
}

export type Tags = Readonly<Record<string, string>>;

export interface Attributes {
  readonly enabled: boolean;
  /** In whole seconds, as a vault keeps it. */
  readonly notBefore: Date;
  readonly expires: Date;
}

/** Throws `TerminalError` `NoPrivateKey`, `UnsupportedKey`, `PolicyMismatch`, `ApiVersionTooOld`. */
export function wantedOf(target: AzureKeyVaultTarget, desired: Desired, apiVersion: string): Wanted {
  const { bundle, chain, mark } = desired;
  if (bundle.key === undefined) {
    const message =
      "Key Vault takes no certificate without its private key; give the source one, and leave privateKey at Include.";
    throw new TerminalError("NoPrivateKey", message);
  }
  const facts = certificateFacts(bundle.leaf);
  const key = vaultKeyOf(facts);
  checkApiVersion(target, key, apiVersion);
  const { enabled = true, notBefore, expires, preserveCertOrder } = target;
  return {
    leaf: bundle.leaf,
    facts,
    chain: chainDigest(chainOf(bundle, { chain: chain.include, root: chain.root })),
    key,
    mark: shortMark(mark),
    tags: target.tags ?? {},
    attributes: {
      enabled,
      notBefore: inSeconds(notBefore ?? facts.notBefore),
      expires: inSeconds(expires ?? facts.notAfter),
    },
    policy: policyOf(target.policy, key, keyUsagesOf(bundle.leaf)),
    preserveCertOrder,
  };
}

/** All tags of a version. @param chain that of the version, where it is known */
export function tagsWith({ tags, mark }: Pick<Wanted, "tags" | "mark">, chain: string | undefined): Tags {
  return { ...tags, [markTag]: writeMark({ mark, chain }) };
}

function inSeconds(time: string | Date): Date {
  return new Date(Math.floor(new Date(time).getTime() / 1000) * 1000);
}
