import { createHash } from "node:crypto";
import type { AuditEvent, ControlPlane } from "../control-plane/index.ts";
import type { Home } from "./leader-home.ts";

/** What the audit log tells of the writes of several leaders. */
export interface Told {
  /** Writes that were made. */
  readonly writes: number;
  /** Openings of writes that were saved. */
  readonly attempts: number;
  /** The users that saved a status, in the order of their reigns: each once, unless one writes beside another. */
  readonly leaders: readonly string[];
  /** Places that were written twice with one content. */
  readonly twice: readonly string[];
  /** Attempts of one replica that another has erased while they might still have been under way. */
  readonly erased: readonly string[];
}

/** The control plane must have been started with `audit: "RequestResponse"`. */
export async function toldByAudit(plane: ControlPlane, { home, away }: Home): Promise<Told> {
  const { writes, twice } = contentsOf(await plane.audit.writes({ resource: "secrets", namespace: away }));
  const statuses = { resource: "storedeployments", subresource: "status", namespace: home };
  const saved = (await plane.audit.writes(statuses)).filter(({ code }) => code < 300).map(savedStatus);
  const ordered = saved.toSorted((a, b) => a.version - b.version);
  const leaders = ordered.map(({ user }) => user).filter((user, place, all) => user !== all[place - 1]);
  return { writes, leaders, twice, ...attemptsOf(ordered) };
}

/** The version that a write into a place carries where nothing is (docs/adr/0003-marks-name-the-target.md). */
const absent = "1";

function contentsOf(events: readonly AuditEvent[]): Pick<Told, "writes" | "twice"> {
  const written = new Set<string>();
  /** Their client was dead before the answer: they may have been made. */
  const unanswered = new Set<string>();
  const last = new Map<string, string>();
  const twice: string[] = [];
  let writes = 0;
  for (const event of events) {
    const { name = "", code, requestObject, responseObject } = event;
    if (code >= 300 && code < 500) continue;
    const content = `${name} ${contentOf(event)}`;
    if (code >= 500) {
      unanswered.add(content);
      continue;
    }
    // On top of something that the log does not show, which can only be the unanswered write.
    const base = (requestObject as Versioned).metadata.resourceVersion;
    const onTop = unanswered.has(content) && base !== (last.get(name) ?? absent);
    if (written.has(content) || onTop) twice.push(content);
    written.add(content);
    last.set(name, (responseObject as Versioned).metadata.resourceVersion);
    writes += 1;
  }
  return { writes, twice };
}

interface Versioned {
  readonly metadata: { readonly resourceVersion: string };
}

function contentOf({ requestObject, name }: AuditEvent): string {
  const { data } = (requestObject ?? {}) as { data?: Record<string, string> };
  if (data?.["tls.crt"] === undefined) throw new Error(`the audit log has no content of ${name}`);
  return createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 12);
}

interface Attempt {
  readonly number: number;
  readonly fingerprint: string;
  readonly startedAt: string;
  readonly deadline: string;
}

interface SavedStatus {
  readonly user: string;
  readonly at: string;
  readonly name: string;
  readonly version: number;
  /** The version that it was decided from. */
  readonly base: number;
  readonly attempts: ReadonlyMap<string, Attempt>;
}

interface StatusObject extends Versioned {
  readonly status?: { readonly targets?: readonly { readonly name: string; readonly attempt?: Attempt }[] };
}

function savedStatus({ user, at, name = "", requestObject, responseObject }: AuditEvent): SavedStatus {
  const { metadata, status } = responseObject as StatusObject;
  const base = Number((requestObject as StatusObject).metadata.resourceVersion);
  const open = (status?.targets ?? []).flatMap(({ name, attempt }) =>
    attempt === undefined ? [] : [[name, attempt] as const],
  );
  return { user, at, name, version: Number(metadata.resourceVersion), base, attempts: new Map(open) };
}

function attemptsOf(saved: readonly SavedStatus[]): Pick<Told, "attempts" | "erased"> {
  const open = new Map<string, { readonly attempt: Attempt; readonly user: string; readonly until: number }>();
  const last = new Map<string, number>();
  const erased: string[] = [];
  let attempts = 0;
  for (const { user, at, name, version, base, attempts: now } of saved) {
    // A save in between was answered to nobody: its client was dead, and the log cannot say whether it was made.
    const follows = last.get(name) === base;
    last.set(name, version);
    for (const [key, one] of [...open].filter(([key]) => key.startsWith(`${name}#`))) {
      if (same(now.get(key.slice(name.length + 1)), one.attempt)) continue;
      open.delete(key);
      if (follows && user !== one.user && Date.parse(at) < one.until)
        erased.push(`${key} of ${one.user} by ${user} at ${at}`);
    }
    for (const [target, attempt] of now) {
      const key = `${name}#${target}`;
      if (open.has(key)) continue;
      // By the API server's clock, since the replicas' may be wrong.
      const until = Date.parse(at) + Date.parse(attempt.deadline) - Date.parse(attempt.startedAt);
      open.set(key, { attempt, user, until });
      attempts += 1;
    }
  }
  return { attempts, erased };
}

/** Its times may be told anew by a leader with another clock. */
function same(a: Attempt | undefined, b: Attempt): boolean {
  return a?.number === b.number && a.fingerprint === b.fingerprint;
}
