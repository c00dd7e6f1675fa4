import type { TestProject } from "vitest/node";
import { goProgram } from "../go-program.ts";
import { recordStates } from "../kstatus/states.ts";
import { clearMaterial } from "../leaks/material.ts";
import { NoControlPlane } from "./binaries.ts";
import { canBuild } from "./go-build.ts";
import { install } from "./install.ts";
import { startControlPlane } from "./start.ts";

/** One control plane for all integration tests of a run. Ends the run with exit code 3 where none can be had. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  clearMaterial();
  try {
    // A build of minutes must not run beside tests.
    if (await canBuild()) await goProgram("cert-manager", progress);
    const plane = await startControlPlane({ progress });
    await install(plane);
    project.provide("controlPlane", plane.facts);
    const recording = new AbortController();
    if (project.name === "integration") await recordStates(plane.client, recording.signal);
    return () => {
      recording.abort();
      return plane.stop();
    };
  } catch (error) {
    if (!(error instanceof NoControlPlane)) throw error;
    progress(error.message);
    process.exit(3);
  }
}
