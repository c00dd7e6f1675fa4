/** All endpoints, the more special paths first. */
import type { Endpoint } from "../endpoint.ts";
import { addToStores } from "./add.ts";
import { analyzeCertificate } from "./analyze.ts";
import { getCertificate, listCertificates } from "./certificates.ts";
import { deleteCertificate } from "./delete-certificate.ts";
import { deployPfx } from "./deploy-pfx.ts";
import { downloadCertificate } from "./download.ts";
import { enrollPfx } from "./enrollment-pfx.ts";
import { importCertificate } from "./import.ts";
import { storeInventory } from "./inventory.ts";
import { jobHistory } from "./job-history.ts";
import { metadataFields } from "./metadata-fields.ts";
import { putMetadata } from "./put-metadata.ts";
import { putOwner } from "./put-owner.ts";
import { removeFromStores } from "./remove.ts";
import { scheduleInventory } from "./schedule-inventory.ts";
import { scheduledJobs } from "./scheduled-jobs.ts";
import { statusEndpoints } from "./status-endpoints.ts";
import { getStoreType, getStoreTypeByName } from "./store-types.ts";
import { getStore, listStores } from "./stores.ts";
import { unschedule } from "./unschedule.ts";

export const endpoints: readonly Endpoint[] = [
  statusEndpoints,
  importCertificate,
  analyzeCertificate,
  downloadCertificate,
  putMetadata,
  putOwner,
  listCertificates,
  getCertificate,
  deleteCertificate,
  metadataFields,
  addToStores,
  removeFromStores,
  scheduleInventory,
  listStores,
  getStore,
  storeInventory,
  getStoreTypeByName,
  getStoreType,
  jobHistory,
  scheduledJobs,
  unschedule,
  enrollPfx,
  deployPfx,
];
