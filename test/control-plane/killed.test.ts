import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { eventually } from "./index.ts";
import { isThere, programsOf } from "./testing/processes.ts";

const starter = fileURLToPath(new URL("testing/starter.ts", import.meta.url));

it.each(["SIGKILL", "SIGTERM"] as const)("nothing outlives a runner that gets %s", async (signal) => {
  const runner = spawn(process.execPath, [starter], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: runner.stdout }), "line")) as [string];
  const { folder, supervisor } = JSON.parse(line) as { folder: string; supervisor: number };
  expect([existsSync(folder), isThere(supervisor)]).toEqual([true, true]);
  expect(await programsOf(folder)).toEqual(["etcd", "kube-apiserver"]);
  runner.kill(signal);
  await eventually("supervisor and folder to be gone", () => !existsSync(folder) && !isThere(supervisor));
  expect(await programsOf(folder)).toEqual([]);
});
