import type { KeyObject, X509Certificate } from "node:crypto";
import * as z from "zod";
import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import type { Contents } from "../files/contents.ts";
import { factsOf } from "../files/facts.ts";
import { belongsTo, keyTypeOf } from "../files/key.ts";
import { readPem } from "../files/pem.ts";
import { readPfx } from "../files/pfx.ts";
import { badParameter, conflict, invalidProperty, Refusal } from "../http/refusal.ts";
import type { Certificate, Version } from "../model/certificate.ts";
import { checkKeyOperations } from "../model/key-operations.ts";
import { contentTypes, defaultPolicy, givenAttributes, givenPolicy, merged, type Policy } from "../model/policy.ts";
import { checkImported } from "../model/policy-rules.ts";
import { checkTags, tags } from "../model/tags.ts";
import { newVersionId } from "../vault.ts";
import { bundleOf } from "./bundle.ts";

/** B.1 [O]. */
const body = z.object({
  value: z.string(),
  pwd: z.string().nullish(),
  preserveCertOrder: z.boolean().nullish(),
  tags: tags.nullish(),
  attributes: givenAttributes.nullish(),
  policy: givenPolicy.nullish(),
});
type Body = z.infer<typeof body>;

/** Each import onto a live name is a version more, with the same bytes as well (B.2). */
export const importCertificate: Endpoint = {
  method: "POST",
  path: "/certificates/{name}/import",
  action: "import",
  handle: async (call) => {
    const request = call.read(body);
    tellSecrets(call, request);
    checkTags(request.tags ?? {});
    checkState(call);
    const contents = await read(request);
    // Nobody else may have come in between.
    checkState(call);
    const version = versionOf(call, request, contents);
    const certificate = added(call, version, policyOf(call, request, version));
    return ok(bundleOf(call, certificate, version));
  },
};

/** Of PEM the key alone: the certificates are public. */
function tellSecrets({ vault: { settings } }: Call, { value, pwd }: Body): void {
  const [pemKey] = /-----BEGIN PRIVATE KEY-----.*-----END PRIVATE KEY-----/s.exec(value) ?? [];
  settings.onSecret(pemKey ?? value);
  if (pwd !== null && pwd !== undefined) settings.onSecret(pwd);
}

function checkState({ vault, name }: Call): void {
  vault.certificates.checkName(name);
  if (vault.certificates.find(name)?.pending === true) {
    // Status 409 with the code of a 403 (B.5 [D][C]).
    const message =
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.";
    throw new Refusal(409, "Forbidden", message);
  }
  // That they block the name is [D]; status and text are not known [U].
  const other = vault.otherAt(name);
  if (other !== undefined) throw conflict(`A ${other} with the name ${name} exists already.`);
}

/** Without a policy the service takes the value for a PFX (B.1 [S]). */
async function read({ value, pwd, policy }: Body): Promise<Contents> {
  const password = pwd ?? "";
  // B.1 [D]; the text is a placeholder [U].
  if (password.length > 200) throw invalidProperty("pwd");
  const isPem = policy?.secret_props?.contentType === contentTypes.PEM;
  return isPem ? readPem(value, password) : readPfx(value, password);
}

function versionOf(
  call: Call,
  { attributes, policy, preserveCertOrder, ...request }: Body,
  contents: Contents,
): Version {
  const leaf = leafOf(contents.key, contents.certificates);
  if (leaf.validToDate.getTime() <= call.vault.now()) {
    // That it is refused is [D] of a PFX, and taken for PEM as well [I]; the text is a placeholder (F.7 [U]).
    throw badParameter("The specified X.509 certificate content has expired.");
  }
  if (factsOf(leaf).subject.length > 200) {
    // The length is [D]; that this text, which users quote (B.5 [C]), is for it is [I].
    const message =
      "The specified X.509 certificate content is invalid. Error: One or more X.509 properties are invalid.";
    throw badParameter(message);
  }
  const isPreserved = call.features.preserveCertOrder && preserveCertOrder === true;
  const rest = contents.certificates.filter((certificate) => certificate !== leaf);
  const now = call.vault.seconds();
  return {
    id: newVersionId(),
    leaf,
    // B.1: the leaf moves to the front unless the order is to be kept.
    chain: isPreserved ? contents.certificates : [leaf, ...rest],
    key: contents.key,
    contentType: policy?.secret_props?.contentType ?? contentTypes.PFX,
    exportable: policy?.key_props?.exportable ?? true,
    preserveCertOrder: isPreserved,
    attributes: {
      enabled: attributes?.enabled ?? true,
      nbf: attributes?.nbf ?? Math.floor(leaf.validFromDate.getTime() / 1_000),
      exp: attributes?.exp ?? Math.floor(leaf.validToDate.getTime() / 1_000),
      created: now,
      updated: now,
    },
    tags: request.tags ?? {},
  };
}

function leafOf(key: KeyObject, certificates: readonly X509Certificate[]): X509Certificate {
  const leaf = certificates.find((certificate) => belongsTo(key, certificate));
  // F.7 [U].
  if (leaf === undefined) throw badParameter("The private key does not match any X.509 certificate in the content.");
  return leaf;
}

function policyOf(call: Call, { policy: given }: Body, version: Version): Policy {
  const key = keyTypeOf(version.key);
  // 7.0 and later have curves (B.1 [O]).
  if (key.kty === "EC" && !call.features.ellipticCurves) throw invalidProperty("policy");
  const now = call.vault.seconds();
  if (given !== null && given !== undefined) checkImported(given, key, call.vault.policyContext(call.features));
  const known = call.vault.certificates.find(call.name)?.policy;
  if (known !== undefined && (given ?? undefined) === undefined && call.vault.settings.policyOnImport === "Kept")
    return known;
  const policy = merged(defaultPolicy(version.leaf, key, version.contentType, now), given ?? {}, now);
  checkKeyOperations(policy);
  return policy;
}

function added({ vault, name }: Call, version: Version, policy: Policy): Certificate {
  const known = vault.certificates.find(name);
  if (known !== undefined) {
    known.versions.push(version);
    known.policy = policy;
    return known;
  }
  const certificate: Certificate = { name, versions: [version], policy, state: { kind: "Live" }, pending: false };
  vault.certificates.add(certificate);
  return certificate;
}
