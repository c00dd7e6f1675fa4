import { ok } from "../../http/answer.ts";
import type { Endpoint } from "../endpoint.ts";
import { givenPolicy, merged } from "../model/policy.ts";
import { checkUpdated } from "../model/policy-rules.ts";
import { policyOf } from "./bundle.ts";

/** B.4. */
export const getPolicy: Endpoint = {
  method: "GET",
  path: "/certificates/{name}/policy",
  action: "read",
  handle: (call) => ok(policyOf(call, call.vault.certificates.live(call.name))),
};

/** What is left out stays (a recording [C]); a renewal is set up here (C.5). */
export const updatePolicy: Endpoint = {
  method: "PATCH",
  path: "/certificates/{name}/policy",
  action: "update",
  handle: (call) => {
    const certificate = call.vault.certificates.live(call.name);
    const given = call.read(givenPolicy);
    const policy = merged(certificate.policy, given, call.vault.seconds());
    checkUpdated(given, policy, call.vault.policyContext(call.features));
    certificate.policy = policy;
    return ok(policyOf(call, certificate));
  },
};
