/** All endpoints, the more special paths first. */
import type { Endpoint } from "../endpoint.ts";
import { deleteCertificate, getDeleted, purgeDeleted, recoverDeleted } from "./delete.ts";
import { getCertificate, getVersion } from "./get.ts";
import { importCertificate } from "./import.ts";
import { listCertificates, listDeleted, listVersions } from "./list.ts";
import { listKeyVersions, listSecretVersions } from "./other-names.ts";
import { getPolicy, updatePolicy } from "./policy.ts";
import { getSecret, getSecretVersion } from "./secret.ts";
import { updateLatest, updateVersion } from "./update.ts";

export const endpoints: readonly Endpoint[] = [
  importCertificate,
  listCertificates,
  listVersions,
  getPolicy,
  updatePolicy,
  getCertificate,
  getVersion,
  updateLatest,
  updateVersion,
  deleteCertificate,
  listDeleted,
  getDeleted,
  recoverDeleted,
  purgeDeleted,
  listSecretVersions,
  listKeyVersions,
  getSecret,
  getSecretVersion,
];
