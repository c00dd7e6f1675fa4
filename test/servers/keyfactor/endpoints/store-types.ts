import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { notFound } from "../http/refusal.ts";
import { type StoreType, storeTypeAnswer } from "../model/store-type.ts";
import { storeTypes } from "../model/store-types.ts";

/** A.15. */
export const getStoreType: Endpoint = {
  method: "GET",
  path: "/CertificateStoreTypes/{id}",
  handle: (call) => ok(answer(call, ({ id }) => String(id) === call.params["id"])),
};

/** By ShortName, which is what the vendor's clients pass; an array of one [O][K]. */
export const getStoreTypeByName: Endpoint = {
  method: "GET",
  path: "/CertificateStoreTypes/Name/{name}",
  handle: (call) =>
    ok([answer(call, ({ shortName }) => shortName.toLowerCase() === call.params["name"]?.toLowerCase())]),
};

/** The permission of stores is asked for [I]. */
function answer(call: Call, isAskedFor: (type: StoreType) => boolean): object {
  call.requires("/certificate_stores/read/");
  const type = storeTypes.find(isAskedFor);
  if (type === undefined) throw notFound("The certificate store type");
  return storeTypeAnswer(type, call.command.settings.storeTypeAnswers);
}
