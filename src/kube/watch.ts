import { objectOf, parseJson } from "./answers.ts";
import type { WatchEvent, WatchOptions } from "./client.ts";
import { KubeError } from "./errors.ts";
import { abortedBy, failureOf } from "./exchange.ts";
import { LineSplitter } from "./lines.ts";
import { collectionPath, query } from "./paths.ts";
import { errorOfStatus, isRecord } from "./status.ts";
import type { Transport } from "./transport.ts";
import type { KubeObject, Resource } from "./types.ts";

const EVENT_BYTES = 8 * 1024 * 1024;
/** How much longer than `timeoutSeconds` a watch may live: the server ends it in time, or it is not alive. */
const GRACE_SECONDS = 30;

/** One watch connection; see `KubeClient.watch`. */
export async function* watch<T extends KubeObject>(
  transport: Pick<Transport, "stream">,
  type: Resource<T>,
  options: WatchOptions,
  accept: string,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, signal } = options;
  const life = new AbortController();
  const limit = setTimeout(() => life.abort(), (timeoutSeconds + GRACE_SECONDS) * 1000);
  try {
    const body = await transport.stream({
      method: "GET",
      path:
        collectionPath(type, namespace) +
        query({
          watch: true,
          allowWatchBookmarks: true,
          labelSelector,
          fieldSelector,
          resourceVersion,
          timeoutSeconds,
        }),
      resource: type.plural,
      accept,
      limitBytes: EVENT_BYTES,
      signal: AbortSignal.any([signal, life.signal]),
    });
    yield* eventsOf(type, body);
  } catch (error) {
    if (signal.aborted) throw abortedBy(signal, true);
    if (life.signal.aborted) throw new KubeError("Timeout", `the watch of ${type.plural} outlived its time`);
    throw failureOf(error, true);
  } finally {
    clearTimeout(limit);
  }
}

async function* eventsOf<T extends KubeObject>(
  type: Resource<T>,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const splitter = new LineSplitter(EVENT_BYTES);
  for await (const chunk of body) {
    for (const line of splitter.push(chunk)) yield eventOf(type, line);
  }
  if (splitter.restBytes > 0) {
    throw new KubeError("ConnectionFailed", `the watch of ${type.plural} ended within an event`);
  }
}

function eventOf<T extends KubeObject>(type: Resource<T>, line: string): WatchEvent<T> {
  const what = `watch of ${type.plural}`;
  const event = parseJson(line, what);
  const { type: verb, object } = isRecord(event) ? event : {};
  switch (verb) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: verb, object: objectOf(type, object) };
    case "BOOKMARK":
      return { type: verb, resourceVersion: versionOf(object, what) };
    case "ERROR":
      throw errorOfStatus(object);
    default:
      throw new KubeError("MalformedAnswer", `${what}: an event without a known type`);
  }
}

/** A bookmark is an object with nothing but its version. */
function versionOf(object: unknown, what: string): string {
  const metadata = isRecord(object) ? object["metadata"] : undefined;
  const version = isRecord(metadata) ? metadata["resourceVersion"] : undefined;
  if (typeof version !== "string") throw new KubeError("MalformedAnswer", `${what}: a bookmark without a version`);
  return version;
}
