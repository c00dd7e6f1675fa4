import { getuid } from "node:process";
import { BlockedError, isStoreError, type StoreError, TerminalError, TransientError } from "../errors.ts";

/** What was asked of which path, for messages: `write /certs/edge/web.crt`. */
export interface Asked {
  readonly verb: "look at" | "write" | "create" | "remove";
  readonly path: string;
}

/** The `code` of an error of the file system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Runs what touches one path, and gives its failures their meaning. */
export async function asking<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw meaningOf(error, asked);
  }
}

/** What a failure of the file system means for a place. Rethrows what is none. */
export function meaningOf(error: unknown, { verb, path }: Asked): StoreError {
  if (isStoreError(error)) return error;
  const code = codeOf(error);
  const options = { cause: error };
  switch (code) {
    case undefined:
      throw error;
    case "EACCES":
    case "EPERM": {
      const message = `The operator (uid ${getuid?.() ?? "unknown"}) may not ${verb} ${path}. Give it the right, as with fsGroup of its pod.`;
      return new BlockedError("AccessDenied", message, options);
    }
    case "EROFS":
      return new BlockedError("ReadOnly", `${path} lies on a read-only file system; mount it writable.`, options);
    case "ENOSPC":
    case "EDQUOT":
      return new TransientError("NoSpace", `There is no space to ${verb} ${path}; free some.`, {
        happened: "no",
        ...options,
      });
    case "ELOOP":
    case "ENOTDIR":
      return new BlockedError(
        "NotAFolder",
        `${path} is, or leads through, a link or no folder; links are not followed.`,
        {
          cause: error,
        },
      );
    case "EISDIR":
      return notAFile(path, "a folder");
    case "ENAMETOOLONG":
      return new TerminalError(
        "PathTooLong",
        `${path} is too long for its file system; choose a shorter path.`,
        options,
      );
    default:
      return new TransientError(
        "FilesystemFailed",
        `The file system could not ${verb} ${path} (${code}); it is tried again.`,
        {
          happened: "no",
          ...options,
        },
      );
  }
}

/** Something that is no regular file lies where one shall lie. */
export function notAFile(path: string, what: string): BlockedError {
  return new BlockedError("NotAFile", `${path} is ${what}; remove it or choose another path.`);
}

/** Throws `TransientError` `TimedOut` once the signal is aborted. */
export function unlessTimedOut(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const message = "The file system did not answer within the store's timeout; it is tried again.";
  throw new TransientError("TimedOut", message, { happened: "no", cause: signal.reason });
}
