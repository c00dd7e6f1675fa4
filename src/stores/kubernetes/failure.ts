import { isKubeError, type KubeError, type Resource } from "../../kube/index.ts";
import {
  BlockedError,
  CredentialsRefused,
  isStoreError,
  type StoreError,
  TerminalError,
  TransientError,
  WaitingError,
} from "../errors.ts";

/** What was asked of which object, for messages: `patch secrets/web-tls in namespace web`. */
export interface Asked {
  readonly verb: "get" | "create" | "patch" | "delete";
  readonly resource: Pick<Resource, "kind" | "plural">;
  readonly namespace: string;
  readonly name: string;
  /** Who asks: `ServiceAccount shop/writer`, or `the kubeconfig's user`. */
  readonly as: string;
}

/**
 * What a failed request means for a place. A refusal's own text is told only where it cannot quote a Secret: that of 422 can.
 * Rethrows what is no error of the API.
 */
export function meaningOf(error: unknown, asked: Asked): StoreError {
  const known = connectionMeaning(error, asked.as);
  if (known !== undefined) return known;
  if (!isKubeError(error)) throw error;
  const where = `${asked.resource.kind} ${asked.namespace}/${asked.name}`;
  switch (error.reason) {
    case "Forbidden":
      return forbidden(error, asked);
    case "NotFound":
      return new WaitingError("NamespaceMissing", `Namespace ${asked.namespace} does not exist; create it.`, {
        cause: error,
      });
    case "Invalid":
    case "BadRequest":
    case "RequestEntityTooLarge":
      return new TerminalError(
        "Refused",
        `The API server refuses ${where} (${error.reason}); check type, labels, annotations and size.`,
        { cause: error },
      );
    default:
      return transient(error, asked);
  }
}

/** What a failed request means that is about no place. Rethrows what is no error of the API. */
export function clusterMeaning(error: unknown, as: string): StoreError {
  const known = connectionMeaning(error, as);
  if (known !== undefined) return known;
  if (!isKubeError(error)) throw error;
  const message = `The cluster does not answer as it should (${causeOf(error)}); it is tried again.`;
  return unavailable(error, message, "no");
}

/** What has nothing to do with what was asked: a failure of our own on the way, or a login that is refused. */
function connectionMeaning(error: unknown, as: string): StoreError | undefined {
  const inner = error instanceof Error && isStoreError(error.cause) ? error.cause : error;
  if (isStoreError(inner)) return inner;
  if (!isKubeError(error, "Unauthorized")) return undefined;
  return new CredentialsRefused(`The cluster refuses the credentials of ${as}; renew them.`, { cause: error });
}

function forbidden(error: KubeError, { verb, resource, namespace, name, as }: Asked): StoreError {
  if (error.message.includes("being terminated")) {
    return new WaitingError("NamespaceTerminating", `Namespace ${namespace} is being deleted; choose another.`, {
      cause: error,
    });
  }
  const verbs = verb === "delete" ? "delete" : "get, create, patch";
  const message = `${as} may not ${verb} ${resource.kind} ${namespace}/${name}. Grant it in a Role there: apiGroups [""], resources [${resource.plural}], resourceNames [${name}], verbs [${verbs}].`;
  return new BlockedError("AccessDenied", message, { cause: error });
}

function transient(error: KubeError, { verb, resource, namespace, name }: Asked): TransientError {
  // Whatever is answered with a 4xx was not done.
  const refused = error.status !== undefined && error.status < 500;
  const wrote = verb !== "get" && error.sent && !refused;
  const message = `${resource.kind} ${namespace}/${name}: the API server could not ${verb} it (${causeOf(error)}); it is tried again.`;
  return unavailable(error, message, wrote ? "unknown" : "no");
}

function unavailable(error: KubeError, message: string, happened: "no" | "unknown"): TransientError {
  const { reason, status, retryAfterSeconds } = error;
  return new TransientError("ClusterUnavailable", message, {
    happened,
    retryAfter: retryAfterSeconds === undefined ? undefined : new Date(Date.now() + retryAfterSeconds * 1000),
    // Nobody answered: the next one may have to wait as long.
    silent: status === undefined && (reason === "Timeout" || reason === "ConnectionFailed"),
    cause: error,
  });
}

/** What a user needs to know of a failure. Our own words on a connection tell which host, and what of its TLS is wrong. */
function causeOf({ reason, message }: KubeError): string {
  return reason === "ConnectionFailed" ? message : reason;
}
