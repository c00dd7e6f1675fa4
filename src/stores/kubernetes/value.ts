import type { Secret } from "../../kube/index.ts";

/** The bytes under a key; none where it is absent. */
export function valueOf({ data }: Pick<Secret, "data">, key: string): Buffer {
  return Buffer.from(data?.[key] ?? "", "base64");
}
