import * as z from "zod";
import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { givenAttributes, givenPolicy, merged } from "../model/policy.ts";
import { checkUpdated } from "../model/policy-rules.ts";
import { checkTags, tags } from "../model/tags.ts";
import { bundleOf } from "./bundle.ts";
import { versionAt } from "./get.ts";

const body = z.object({
  attributes: givenAttributes.nullish(),
  tags: tags.nullish(),
  policy: givenPolicy.nullish(),
});

/** Attributes and tags of a version; no version is made (B.4). A recording has the latest updated by an empty version [C]. */
export const updateVersion: Endpoint = {
  method: "PATCH",
  path: "/certificates/{name}/{version}",
  action: "update",
  handle: update,
};

export const updateLatest: Endpoint = { ...updateVersion, path: "/certificates/{name}" };

function update(call: Call) {
  const certificate = call.vault.certificates.live(call.name);
  const version = versionAt(call, certificate);
  const request = call.read(body);
  checkTags(request.tags ?? {});
  const now = call.vault.seconds();
  if (request.policy !== null && request.policy !== undefined) {
    const policy = merged(certificate.policy, request.policy, now);
    checkUpdated(request.policy, policy, call.vault.policyContext(call.features));
    certificate.policy = policy;
  }
  const known = version.attributes;
  const { enabled = known.enabled, nbf = known.nbf, exp = known.exp } = request.attributes ?? {};
  version.attributes = { enabled, nbf, exp, created: known.created, updated: now };
  // All of them at once; left out, they stay [I].
  version.tags = request.tags ?? version.tags;
  return ok(bundleOf(call, certificate, version));
}
