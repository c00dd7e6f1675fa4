import * as z from "zod";
import { type DownloadBlocks, sideFields, sideRules } from "./blocks/index.ts";
import { kubernetesKey } from "./blocks/kubernetes-key.ts";
import { deliveryColumns, deliverySpec, deliveryStatus } from "./certificate-import.ts";
import { deliveryRecord, storeRef } from "./delivery.ts";
import type { KindDefinition, Resource } from "./kind.ts";
import { exactlyOne, rules } from "./rules.ts";

const { adoptionPolicy, deletionPolicy, refreshInterval, suspend } = deliverySpec;

const target = kubernetesKey
  .extend({ storeRef: storeRef.describe("The kubernetes store that it is written through.") })
  .meta(rules(exactlyOne("configMap", "secret")))
  .describe("Where the certificate is written.");

const spec = z.object({
  storeRef: storeRef.describe("The store that the certificate is taken from."),
  target,
  adoptionPolicy,
  deletionPolicy,
  refreshInterval: refreshInterval.describe(
    "How often the store is asked again and the place looked at; 0 does so only on a change of this resource.",
  ),
  suspend,
});

const { source: _source, ...common } = deliveryStatus;

const status = z.object({
  ...common,
  fileName: z.string().max(256).optional().describe("Name that the store gives the certificate's file."),
  delivery: deliveryRecord.optional().describe("The delivery into the place."),
});

export type CertificateDownloadSpec = z.infer<typeof spec> & DownloadBlocks;
export type CertificateDownloadStatus = z.infer<typeof status>;
export type CertificateDownload = Resource<CertificateDownloadSpec, CertificateDownloadStatus>;

export const certificateDownload: KindDefinition = {
  kind: "CertificateDownload",
  plural: "certificatedownloads",
  shortName: "cfdown",
  scope: "Namespaced",
  description:
    "Takes a certificate out of a store, without private key, into a ConfigMap or Secret and keeps it there.",
  columns: deliveryColumns(".status.delivery.deliveredAt", ".spec.storeRef.name"),
  spec: (providers) => spec.extend(sideFields(providers, "download")).meta(rules(...sideRules(providers, "download"))),
  status,
};
