// Owns the processes of a control plane and their folder. Reads one JSON command a line from its standard input; when that
// closes, because whoever started it stopped or died, it kills every process, waits for their end and removes the folder.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, closeSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SupervisorCommand, SupervisorEvent } from "./supervised.ts";

const folder = mkdtempSync(join(tmpdir(), "certferry-control-plane-"));
const children = new Map<string, { child: ChildProcess; gone: Promise<void> }>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// Nobody reads any more: the end of standard input says what to do.
process.stdout.on("error", () => {});
tell({ event: "folder", folder });
createInterface({ input: process.stdin })
  .on("line", (line) => obey(JSON.parse(line) as SupervisorCommand))
  .on("close", () => void end());

function obey(command: SupervisorCommand): void {
  switch (command.do) {
    case "start":
      return start(command.name, command.program, command.args);
    case "kill":
      return void children.get(command.name)?.child.kill(command.signal);
  }
}

function start(name: string, program: string, args: readonly string[]): void {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = spawn(program, args, { stdio: ["ignore", log, log], cwd: folder });
  closeSync(log);
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = (why: string): void => {
    children.delete(name);
    resolve();
    tell({ event: "ended", name, why });
  };
  children.set(name, { child, gone: promise });
  child.once("spawn", () => tell({ event: "started", name, pid: child.pid ?? 0 }));
  child.once("error", (error) => ended(error.message));
  child.once("exit", (code, signal) => ended(signal ?? `exit code ${code}`));
}

async function end(): Promise<void> {
  const left = [...children.values()];
  for (const { child } of left) child.kill("SIGKILL");
  await Promise.all(left.map(({ gone }) => gone));
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function tell(event: SupervisorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
