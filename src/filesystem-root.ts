import { open, readFile, realpath } from "node:fs/promises";
import { ConfigError } from "./config.ts";

/** Where Kubernetes, and webhooks of clouds, mount tokens of the pod's ServiceAccount. */
const tokenFolders = ["/var/run/secrets", "/run/secrets"];

/** What the system says of the mounts of this process. */
const mountTable = "/proc/self/mountinfo";

/**
 * `--filesystem-root` without links, once it is sure that nothing lies there that users of a store must never come near. Throws
 * `ConfigError`.
 */
export async function checkedRoot(root: string, mounts = mountTable): Promise<string> {
  const real = await realpath(root).catch(() => {
    throw new ConfigError(`--filesystem-root: ${root} does not exist; mount a volume there`);
  });
  const folder = await open(`${real}/.`).catch(() => {
    throw new ConfigError(`--filesystem-root: ${root} is no folder, or may not be read`);
  });
  await folder.close();
  if (real === "/") throw new ConfigError("--filesystem-root must not be /");
  const tokens = await Promise.all(tokenFolders.map((path) => realpath(path).catch(() => path)));
  for (const path of new Set([...tokenFolders, ...tokens])) {
    if (within(real, path) || within(path, real)) throw refused(root, path);
  }
  for (const path of [real, ...(await mountPoints(mounts))]) {
    const near = within(path, real) || within(real, path);
    if (near && (await holdsToken(path))) throw refused(root, path);
  }
  return real;
}

function refused(root: string, path: string): ConfigError {
  return new ConfigError(
    `--filesystem-root: ${root} must not be, hold or lie in ${path}, where tokens of a ServiceAccount are`,
  );
}

/** Whether `path` is `folder` or lies in it. */
function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || folder === "/";
}

/** A file `token` that reads as a JSON web token. */
async function holdsToken(folder: string): Promise<boolean> {
  const text = await readFile(`${folder}/token`, "latin1").catch(() => "");
  return /^[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(text);
}

/** proc_pid_mountinfo(5): the fifth field, with octal escapes. */
async function mountPoints(table: string): Promise<string[]> {
  const text = await readFile(table, "utf8").catch(() => "");
  return text
    .split("\n")
    .flatMap((line) => line.split(" ").slice(4, 5))
    .map((field) =>
      field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}
