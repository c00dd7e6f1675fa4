import { readFileSync } from "node:fs";

/** One line of the API server's audit log, at the stage at which the answer was complete. */
export interface AuditEvent {
  readonly verb: string;
  readonly user: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly code: number;
  /** When the request came in, RFC 3339. */
  readonly at: string;
}

export interface AuditFilter {
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Only requests after this time. */
  readonly since?: Date;
}

const writes = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** What the API server says it was asked. */
export class AuditLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  events(filter: AuditFilter = {}): AuditEvent[] {
    const lines = readFileSync(this.#path, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"));
    return lines.map(parse).filter((event) => fits(event, filter));
  }

  /** Requests that changed something, or tried to. */
  writes(filter: AuditFilter = {}): AuditEvent[] {
    return this.events(filter).filter(({ verb }) => writes.has(verb));
  }
}

interface Line {
  verb: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

function parse(text: string): AuditEvent {
  const { verb, user, objectRef = {}, responseStatus, requestReceivedTimestamp } = JSON.parse(text) as Line;
  const { resource = "", subresource, namespace, name } = objectRef;
  const code = responseStatus?.code ?? 0;
  return {
    verb,
    user: user?.username ?? "",
    resource,
    subresource,
    namespace,
    name,
    code,
    at: requestReceivedTimestamp,
  };
}

function fits(event: AuditEvent, { resource, subresource, namespace, name, since }: AuditFilter): boolean {
  if (resource !== undefined && event.resource !== resource) return false;
  if (subresource !== event.subresource && resource !== undefined) return false;
  if (namespace !== undefined && event.namespace !== namespace) return false;
  if (name !== undefined && event.name !== name) return false;
  return since === undefined || new Date(event.at) >= since;
}
