import { type Answer, ok } from "../http/answer.ts";
import { checkAssertion } from "./assertion.ts";
import type { Application, Directory } from "./directory.ts";
import type { Call } from "./endpoints.ts";
import { Refusal } from "./refusal.ts";

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Client credentials (B.6): a secret, or an assertion. */
export async function token(call: Call): Promise<Answer> {
  const { directory, form } = call;
  const grant = form.get("grant_type") ?? "";
  // The numbers are those that users quote; statuses and words are OAuth's own [I].
  if (grant !== "client_credentials") throw new Refusal("unsupported_grant_type", 70_003, `No grant '${grant}' here.`);
  for (const field of ["client_secret", "client_assertion"]) {
    const secret = form.get(field);
    if (secret !== null) directory.onSecret(secret);
  }
  const application = await authenticated(call);
  const resource = resourceOf(directory, form.get("scope") ?? "");
  return ok({
    token_type: "Bearer",
    expires_in: directory.tokenSeconds,
    ext_expires_in: directory.tokenSeconds,
    access_token: directory.issue(application, resource),
  });
}

async function authenticated({ directory, origin, form }: Call): Promise<Application> {
  const clientId = form.get("client_id") ?? "";
  const application = directory.application(clientId);
  if (application === undefined) {
    const missing = `Application with identifier '${clientId}' was not found in the directory '${directory.tenantId}'.`;
    throw new Refusal("unauthorized_client", 700_016, missing);
  }
  const assertion = form.get("client_assertion");
  if (assertion !== null && form.get("client_assertion_type") === jwtBearer) {
    const base = `${origin}/${directory.tenantId}`;
    await checkAssertion(directory, application, assertion, [`${base}/oauth2/v2.0/token`, `${base}/v2.0`]);
    return application;
  }
  const secret = form.get("client_secret");
  if (secret === null) {
    const missing = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    throw new Refusal("invalid_client", 7_000_218, missing);
  }
  if (application.secrets?.includes(secret) === true) return application;
  const wrong = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`;
  throw new Refusal("invalid_client", 7_000_215, wrong);
}

/** The scope is the resource and `/.default` (B.6). */
function resourceOf({ resources }: Directory, scope: string): string {
  const [wanted, ...more] = scope.split(" ").filter((part) => part.endsWith("/.default"));
  if (wanted === undefined || more.length > 0) {
    throw new Refusal("invalid_scope", 1_002_012, `The provided value for scope ${scope} is not valid.`);
  }
  const resource = wanted.slice(0, -"/.default".length);
  if (resources.includes(resource)) return resource;
  throw new Refusal("invalid_resource", 500_011, `The resource principal named ${resource} was not found.`);
}
