import * as z from "zod";
import { sideFields, sideRules, type TargetBlocks } from "./blocks/index.ts";
import { commandCertificate, keyfactorCommandDeploymentRules } from "./blocks/keyfactor-command/index.ts";
import { deliveryColumns, deliverySpec, deliveryStatus } from "./certificate-import.ts";
import { adoptionPolicy, deletionPolicy, deliveryRecord, downgradePolicy, driftPolicy, storeRef } from "./delivery.ts";
import { namespaceName, objectName } from "./fields.ts";
import type { KindDefinition, Resource } from "./kind.ts";
import { exactlyOne, rules } from "./rules.ts";
import { rollout, schedule } from "./schedule.ts";
import { chain, privateKey, source } from "./source.ts";

/** No defaults here: a target that says nothing follows the resource. */
const target = z.object({
  name: namespaceName.describe("Name of the target, unique in the list."),
  storeRef,
  chain: chain.optional(),
  privateKey: privateKey.optional(),
  adoptionPolicy: adoptionPolicy.optional(),
  deletionPolicy: deletionPolicy.optional(),
  driftPolicy: driftPolicy.optional(),
  downgradePolicy: downgradePolicy.optional(),
  suspend: z.boolean().optional().describe("True stops every write of this target."),
});

const common = z.object({
  certificateRef: z
    .object({ name: objectName.describe("CertificateImport in the same namespace.") })
    .optional()
    .describe("Deliver what the source of this CertificateImport holds."),
  source: source.optional(),
  commandCertificate: commandCertificate.optional(),
  schedule: schedule.optional(),
  rollout: rollout.optional(),
  ...deliverySpec,
});

const byName = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] };

const targetStatus = deliveryRecord.extend({ name: z.string().max(63).describe("Name of the target.") });
const status = z.object({
  ...deliveryStatus,
  targets: z.array(targetStatus).max(64).meta(byName).optional().describe("One delivery a target."),
  lastHandledDeliverNow: z
    .string()
    .max(128)
    .optional()
    .describe("The value of certferry.io/deliver-now that was last seen to."),
});

export type DeploymentTarget = z.infer<typeof target> & TargetBlocks;
export type StoreDeploymentSpec = z.infer<typeof common> & { targets: DeploymentTarget[] };
export type StoreDeploymentStatus = z.infer<typeof status>;
export type StoreDeployment = Resource<StoreDeploymentSpec, StoreDeploymentStatus>;

export const storeDeployment: KindDefinition = {
  kind: "StoreDeployment",
  plural: "storedeployments",
  shortName: "cfdeploy",
  scope: "Namespaced",
  description: "Brings one certificate into many places and keeps it there.",
  columns: deliveryColumns(".status.targets[0].deliveredAt", ".spec.targets[0].storeRef.name"),
  spec: (providers) => {
    const oneTarget = target.extend(sideFields(providers, "target")).meta(rules(...sideRules(providers, "target")));
    const targets = z
      .array(oneTarget)
      .min(1)
      .max(64)
      .meta(byName)
      .describe("Where to deliver; each target stands alone.");
    return common
      .extend({ targets })
      .meta(rules(exactlyOne("certificateRef", "source", "commandCertificate"), ...keyfactorCommandDeploymentRules));
  },
  status,
};
