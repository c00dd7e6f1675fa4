// Owns the processes of a control plane. Reads one JSON command a line from its standard input; when that closes, because
// its parent stopped or died, it ends every process and removes the folder.
import { spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";

const folder = process.argv[2];
const children = new Map();

function start({ name, command, args }) {
  const log = openSync(`${folder}/${name}.log`, "a");
  const child = spawn(command, args, { stdio: ["ignore", log, log], cwd: folder });
  children.set(name, child);
  child.on("error", () => ended(name, child));
  child.on("exit", () => ended(name, child));
}

function ended(name, child) {
  if (children.get(name) === child) children.delete(name);
  process.stdout.write(`${JSON.stringify({ ended: name })}\n`);
}

function end() {
  for (const child of children.values()) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit(0);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    if (command.do === "start") start(command);
    if (command.do === "kill") children.get(command.name)?.kill(command.signal);
  })
  .on("close", end);
