// Installs what package-lock.json names, when it is not there yet. Runs on any Node that npm runs on.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.certferry-lock`;
const lock = readFileSync(`${root}package-lock.json`, "utf8");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  process.stderr.write("installing packages (npm ci) ...\n");
  const started = Date.now();
  const options = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const install = spawnSync("npm", options, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (install.status !== 0) process.exit(install.status ?? 1);
  writeFileSync(stamp, lock);
  process.stderr.write(`installed packages in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

const own = `${root}node_modules/.bin/node`;
const version = existsSync(own) ? execFileSync(own, ["--version"], { encoding: "utf8" }).trim() : process.version;
const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`Certferry needs Node 22.19 or newer; this is ${version}. Install one and try again.\n`);
  process.exit(3);
}
