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
  const inner = error instanceof Error && isStoreError(error.cause) ? error.cause : error;
  if (isStoreError(inner)) return inner;
  if (!isKubeError(error)) throw error;
  const where = `${asked.resource.kind} ${asked.namespace}/${asked.name}`;
  switch (error.reason) {
    case "Unauthorized":
      return new CredentialsRefused(`The cluster refuses the credentials of ${asked.as}; renew them.`, {
        cause: error,
      });
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
  return new TransientError(
    "ClusterUnavailable",
    `${resource.kind} ${namespace}/${name}: the API server could not ${verb} it (${causeOf(error)}); it is tried again.`,
    {
      happened: wrote ? "unknown" : "no",
      retryAfter: retryAfterOf(error),
      silent: isSilence(error),
      cause: error,
    },
  );
}

export function retryAfterOf({ retryAfterSeconds }: KubeError): Date | undefined {
  return retryAfterSeconds === undefined ? undefined : new Date(Date.now() + retryAfterSeconds * 1000);
}

/** Nobody answered: the next one may have to wait as long. */
export function isSilence({ reason, status }: KubeError): boolean {
  return status === undefined && (reason === "Timeout" || reason === "ConnectionFailed");
}

/** What a user needs to know of a failure. Our own words on a connection tell which host, and what of its TLS is wrong. */
export function causeOf({ reason, message }: KubeError): string {
  return reason === "ConnectionFailed" ? message : reason;
}
