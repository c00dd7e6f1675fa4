import type { Call, Endpoint } from "../endpoint.ts";
import { type Answer, ok } from "../http/answer.ts";
import { notFound } from "../http/refusal.ts";
import { storeTypeAnswer } from "../model/store-type.ts";
import { storeTypes } from "../model/store-types.ts";

/** A.15. */
export const getStoreType: Endpoint = {
  method: "GET",
  path: "/CertificateStoreTypes/{id}",
  handle: (call) => answer(call, ({ id }) => String(id) === call.params["id"]),
};

/** By ShortName, which is what the vendor's clients pass [K]. */
export const getStoreTypeByName: Endpoint = {
  method: "GET",
  path: "/CertificateStoreTypes/Name/{name}",
  handle: (call) => answer(call, ({ shortName }) => shortName.toLowerCase() === call.params["name"]?.toLowerCase()),
};

/** The permission of stores is asked for [I]. */
function answer(call: Call, isAskedFor: (type: (typeof storeTypes)[number]) => boolean): Answer {
  call.requires(["/certificate_stores/read/"]);
  const type = storeTypes.find(isAskedFor);
  if (type === undefined) throw notFound("The certificate store type");
  return ok(storeTypeAnswer(type));
}
