import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { writePem } from "../files/pem.ts";
import { writePfx } from "../files/pfx.ts";
import { Refusal } from "../http/refusal.ts";
import { latest, type Version } from "../model/certificate.ts";
import { contentTypes } from "../model/policy.ts";
import { attributesOf, idsOf, tagsOf } from "./bundle.ts";

/** The secret that was made with a certificate: the only way to its chain and its private key (B.2). */
export const getSecretVersion: Endpoint = {
  method: "GET",
  path: "/secrets/{name}/{version}",
  action: "getSecret",
  handle: secret,
};

export const getSecret: Endpoint = { ...getSecretVersion, path: "/secrets/{name}" };

async function secret(call: Call) {
  const { vault, name } = call;
  const certificate = vault.certificates.find(name);
  const versions = certificate?.state.kind === "Live" ? certificate.versions : [];
  const version = versions.find(({ id }) => call.version === "" || id === call.version);
  if (certificate === undefined || version === undefined) return foreign(call);
  const wanted = call.version === "" ? latest(certificate) : version;
  if (!wanted.attributes.enabled) {
    // Quoted by users [C].
    const message = "Operation get is not allowed on a disabled secret.";
    throw new Refusal(403, "Forbidden", message, { inner: "SecretDisabled" });
  }
  const { sid, kid } = idsOf(call, certificate, wanted);
  return ok({
    value: await valueOf(wanted),
    contentType: wanted.contentType,
    id: sid,
    managed: true,
    attributes: attributesOf(call, wanted),
    ...tagsOf(wanted),
    kid,
  });
}

/** A key that cannot be exported stays out of it [D]. */
function valueOf({ key, chain, exportable, contentType }: Version): string | Promise<string> {
  const exported = exportable ? key : undefined;
  return contentType === contentTypes.PEM ? writePem(exported, chain) : writePfx(exported, chain);
}

function foreign({ vault, name, baseUrl }: Call) {
  const value = vault.secrets.get(name);
  // Quoted by users [C].
  if (value === undefined) {
    const message = `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`;
    throw new Refusal(404, "SecretNotFound", message);
  }
  return ok({ value, id: `${baseUrl}/secrets/${name}`, attributes: { enabled: true } });
}
