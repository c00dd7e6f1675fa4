import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";

/** The versions of a secret, without values (B.4 tells the form of certificates' lists; that these have it, too, is [O]). */
export const listSecretVersions: Endpoint = {
  method: "GET",
  path: "/secrets/{name}/versions",
  action: "listSecret",
  handle: (call) => versions(call, "secrets", call.vault.secrets.has(call.name)),
};

export const listKeyVersions: Endpoint = {
  method: "GET",
  path: "/keys/{name}/versions",
  action: "readKey",
  handle: (call) => versions(call, "keys", call.vault.keys.has(call.name)),
};

/** Empty where nothing has the name, as with certificates. What belongs to a certificate has a version for each of its own (B.2). */
function versions({ vault, name, baseUrl }: Call, kind: "keys" | "secrets", foreign: boolean) {
  const certificate = vault.certificates.find(name);
  const managed = certificate?.state.kind === "Live" ? certificate.versions : [];
  const ids = foreign ? ["0".repeat(32)] : managed.map(({ id }) => id);
  const field = kind === "keys" ? "kid" : "id";
  return ok({ value: ids.map((id) => ({ [field]: `${baseUrl}/${kind}/${name}/${id}` })), nextLink: null });
}
