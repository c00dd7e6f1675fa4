import { x5tOf } from "../files/facts.ts";
import type { Call } from "../endpoint.ts";
import type { Certificate, Version } from "../model/certificate.ts";

/** Where a version, its key, its secret and its certificate are (B.2). */
export function idsOf({ baseUrl }: Call, { name }: Certificate, { id }: Version) {
  return {
    certificate: `${baseUrl}/certificates/${name}`,
    id: `${baseUrl}/certificates/${name}/${id}`,
    kid: `${baseUrl}/keys/${name}/${id}`,
    sid: `${baseUrl}/secrets/${name}/${id}`,
  };
}

/** Of a certificate, and of the secret that was made with it. */
export function attributesOf({ vault, features }: Call, { attributes }: Version): object {
  const { enabled, nbf, exp, created, updated } = attributes;
  const { recoverableDays } = vault.settings;
  return {
    enabled,
    nbf,
    exp,
    created,
    updated,
    recoveryLevel: vault.recoveryLevel,
    ...(features.recoverableDays ? { recoverableDays } : {}),
  };
}

export function policyOf({ baseUrl, features }: Call, { name, policy }: Certificate): object {
  const { sans, ...x509 } = policy.x509_props;
  const known = sans === undefined ? {} : { sans: features.urisAndAddresses ? sans : withoutNewNames(sans) };
  return {
    id: `${baseUrl}/certificates/${name}/policy`,
    ...policy,
    x509_props: { ...x509, ...known },
  };
}

function withoutNewNames(sans: object): object {
  const newNames = new Set(["uris", "ipAddresses"]);
  return Object.fromEntries(Object.entries(sans).filter(([name]) => !newNames.has(name)));
}

/** A certificate with its policy (B.3). Tags are left out where there are none [C]. */
export function bundleOf(call: Call, certificate: Certificate, version: Version): object {
  const { certificate: base, ...ids } = idsOf(call, certificate, version);
  return {
    ...ids,
    x5t: x5tOf(version.leaf),
    cer: version.leaf.raw.toString("base64"),
    attributes: attributesOf(call, version),
    ...tagsOf(version),
    ...(call.features.preserveCertOrder ? { preserveCertOrder: version.preserveCertOrder } : {}),
    policy: policyOf(call, certificate),
    ...(certificate.pending ? { pending: { id: `${base}/pending` } } : {}),
  };
}

/** The same with when it was deleted and will be purged (B.4). */
export function deletedBundleOf(call: Call, certificate: Certificate, version: Version): object {
  const { date, purge } = certificate.deleted ?? {};
  const recoveryId = `${call.baseUrl}/deletedcertificates/${certificate.name}`;
  return { recoveryId, deletedDate: date, scheduledPurgeDate: purge, ...bundleOf(call, certificate, version) };
}

export function tagsOf({ tags }: Version): object {
  return Object.keys(tags).length === 0 ? {} : { tags };
}
