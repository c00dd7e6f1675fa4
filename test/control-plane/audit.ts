import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { eventually } from "./wait.ts";

/** One request, at the stage at which its answer was complete. */
export interface AuditEvent {
  readonly verb: string;
  readonly user: string;
  /** Plural; "" for requests outside the resource tree. */
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly code: number;
  /** When the request came in, RFC 3339. */
  readonly at: string;
  /** When its answer was complete, RFC 3339. */
  readonly answeredAt: string;
  /** What was sent and answered, where the control plane was started with `audit: "RequestResponse"`. */
  readonly requestObject: unknown;
  readonly responseObject: unknown;
}

/** All that is given must fit. With `resource` and without `subresource`, requests to subresources do not fit. */
export interface AuditFilter {
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** `system:serviceaccount:<namespace>:<name>` for ServiceAccounts. */
  readonly user?: string;
  readonly verb?: string;
  /** Only requests since then. */
  readonly since?: Date;
}

const writes = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** What the API server says it was asked. */
export class AuditLog {
  readonly #path: string;
  readonly #get: (path: string) => Promise<unknown>;

  /** @param get sends a GET to the API server whose log this is */
  constructor(path: string, get: (path: string) => Promise<unknown>) {
    this.#path = path;
    this.#get = get;
  }

  /** In the order in which they were answered. */
  async events(filter: AuditFilter = {}): Promise<AuditEvent[]> {
    const lines = await this.#lines();
    return lines.map(parse).filter((event) => fits(event, filter));
  }

  /** Requests that changed something, or tried to. */
  async writes(filter: AuditFilter = {}): Promise<AuditEvent[]> {
    const events = await this.events(filter);
    return events.filter(({ verb }) => writes.has(verb));
  }

  /**
   * The log up to now. A change can be seen, by a watch or a get, a moment before its line is written: so a request of our
   * own goes after it, and its line is waited for.
   */
  async #lines(): Promise<string[]> {
    const mark = randomUUID();
    const marked = await this.#get(`/version?audit-mark=${mark}`).then(
      () => true,
      () => false,
    );
    // With its server stopped, the log is complete.
    if (!marked) return wholeLines(await readFile(this.#path, "utf8"));
    return eventually("the audit log", async () => {
      const text = await readFile(this.#path, "utf8");
      return text.includes(mark) && wholeLines(text);
    });
  }
}

function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

interface Line {
  verb: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  requestObject?: unknown;
  responseObject?: unknown;
}

function parse(text: string): AuditEvent {
  const line = JSON.parse(text) as Line;
  const { resource = "", subresource, namespace, name } = line.objectRef ?? {};
  return {
    verb: line.verb,
    user: line.user?.username ?? "",
    resource,
    subresource,
    namespace,
    name,
    code: line.responseStatus?.code ?? 0,
    at: line.requestReceivedTimestamp,
    answeredAt: line.stageTimestamp,
    requestObject: line.requestObject,
    responseObject: line.responseObject,
  };
}

function fits(event: AuditEvent, filter: AuditFilter): boolean {
  const { resource, subresource, since } = filter;
  if (resource !== undefined && (event.resource !== resource || event.subresource !== subresource)) return false;
  const exact = ["namespace", "name", "user", "verb"] as const;
  if (exact.some((field) => filter[field] !== undefined && filter[field] !== event[field])) return false;
  return since === undefined || new Date(event.at) >= since;
}
