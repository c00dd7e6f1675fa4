import type { Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";

/** What all clients of the vendor probe with; a list of strings (A.2 [K][O]). Any user may [I]. */
export const statusEndpoints: Endpoint = {
  method: "GET",
  path: "/Status/Endpoints",
  handle: () => ok(["/Certificates/Import", "/CertificateStores/Certificates/Add"]),
};
