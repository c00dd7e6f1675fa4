import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ControlPlane } from "../../test/control-plane/index.ts";

const root = fileURLToPath(new URL("../../deploy/samples/", import.meta.url));

/** Applies one file of `deploy/samples`. */
export async function applySample(plane: ControlPlane, file: string): Promise<void> {
  await plane.kubectl(["apply", "--server-side", "-f", root + file]);
}

/** Applies the files of a folder of `deploy/samples`, in their order. */
export async function applySamples(plane: ControlPlane, folder = "."): Promise<void> {
  const files = (await readdir(root + folder)).filter((name) => name.endsWith(".yaml"));
  for (const file of files.toSorted()) await applySample(plane, `${folder}/${file}`);
}

/** Status and exit code alike: everything that `deploy/samples` asks for is there. */
export async function ready(plane: ControlPlane): Promise<void> {
  const kinds = "certificatestore,certificateimport,storedeployment";
  await plane.kubectl(["wait", kinds, "--all", "-A", "--for=condition=Ready", "--timeout=30s"]);
}
