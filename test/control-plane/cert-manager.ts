import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { goModule, goProgram } from "../go-program.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { SupervisedProcess } from "./supervised.ts";

const module = "github.com/cert-manager/cert-manager";

/** Installs cert-manager's CRDs, those of its Go module; waits until they are served. */
export async function installCertManager(plane: ControlPlane): Promise<void> {
  const args = ["mod", "download", "-json", module];
  const { stdout } = await promisify(execFile)("go", args, { cwd: goModule("cert-manager") });
  const { Dir: folder } = JSON.parse(stdout) as { Dir: string };
  await plane.kubectl(["apply", "--server-side", "-f", join(folder, "deploy", "crds")]);
  await plane.kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
}

/** Starts cert-manager's own controllers, with all rights. They end with the control plane, or by `stop`. */
export async function startCertManager(plane: ControlPlane): Promise<SupervisedProcess> {
  return plane.startProcess("cert-manager", await goProgram("cert-manager"), [plane.kubeconfig]);
}
