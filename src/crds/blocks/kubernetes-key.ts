import * as z from "zod";
import { dataKey, objectName } from "../fields.ts";

const place = (kind: string) =>
  z.object({
    name: objectName.describe(`Name of the ${kind}, in this resource's namespace.`),
    key: dataKey.describe("Key in it."),
  });

/** One key of a ConfigMap or Secret, written as it is. */
export const kubernetesKey = z.object({
  configMap: place("ConfigMap").optional().describe("Write a key of this ConfigMap."),
  secret: place("Secret").optional().describe("Write a key of this Secret."),
});
export type KubernetesKey = z.infer<typeof kubernetesKey>;
